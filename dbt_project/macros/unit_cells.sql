{#-
    Cells of money by area, with what the dominance rule needs: how many units stand behind a figure, and the largest two
    amounts. A unit counts once in each cell, whatever rows it has there.

    Args:
        amounts: relation with freq, period, area_34, age, breakdown, category, unit, numerator and base. A row that adds
            to the base alone has the unit '' and the numerator 0. Rows of a breakdown have the age _T.
        by_age: whether ages are told apart, too.
-#}
{% macro unit_cells(amounts, by_age=false) -%}
    select
        freq,
        period,
        '34' as area_list,
        area,
        '_T' as sex,
        age,
        breakdown,
        category,
        sum(numerator) as numerator,
        sum(base) as base,
        sum(case when numerator > 0 then 1 else 0 end) as contributors,
        max(numerator) as largest_1,
        {{ second_largest('numerator') }} as largest_2
    from (
        select
            freq,
            period,
            case when grouping(area_34) = 1 then 'VN' else area_34 end as area,
            {{ "case when grouping(age) = 1 then '_T' else age end" if by_age else "'_T'" }} as age,
            breakdown,
            category,
            unit,
            sum(numerator) as numerator,
            sum(base) as base
        from {{ amounts }}
        group by
            freq, period, breakdown, category, unit,
            grouping sets ((), (area_34){{ ', (age), (area_34, age)' if by_age }})
        having
            (grouping(area_34) = 1 or area_34 <> '_U')
            {{ "and (grouping(age) = 1 or age not in ('_T', '_U'))" if by_age }}
    ) as amount
    group by freq, period, area, age, breakdown, category
{%- endmacro %}
