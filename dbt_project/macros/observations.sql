{#-
    An indicator in the shape of the observations. What the catalogue says of it decides the rest: unit, periods and how
    they are formed, breakdowns, the concept of its denominator.

    Args:
        indicator: its id in the catalogue.
        parts: SQL of its parts (see `counted`); the columns of all are summed, so numerator and denominator may come
            from different ones.
        frame, margins: see `cells`.
        time: month where the parts are by month, period where a flow was counted by freq and period already.
        money: whether the parts have contributors and largest amounts (see `counted`).
-#}
{% macro observations(indicator, parts, frame='margins', margins=['sex', 'age'], time='month', money=false) -%}
{%- set entry = indicator_entry(indicator) -%}
{%- set measures = {'numerator': 'coalesce(sum(numerator), 0)', 'denominator': 'sum(denominator)'} -%}
{%- if entry.accounting == 'average' -%}
    {%- do measures.update({
        'numerator': 'round(coalesce(sum(numerator), 0) / max(months), 0)',
        'denominator': 'round(sum(denominator) / max(months), 0)',
    }) -%}
{%- endif -%}
{%- if money -%}
    {%- do measures.update({
        'contributors': 'sum(contributors)', 'largest_1': 'max(largest)',
        'largest_2': second_largest('largest'),
    }) -%}
{%- endif -%}
with part as (
    {%- for part in parts %}
    {{ part }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

published_period as (
    {{ published_periods(indicator, entry) }}
),

placed as (
    select
        published_period.freq,
        published_period.period,
        published_period.month_to,
        published_period.months,
        {%- for column in ['area_34', 'area_63', 'sex', 'age', 'breakdown', 'category', 'numerator', 'denominator'] %}
        part.{{ column }}{{ ',' if money or not loop.last }}
        {%- endfor %}
        {%- if money %}
        part.contributors,
        part.largest
        {%- endif %}
    from part
    inner join published_period on {{ in_period(entry.accounting, time) }}
    where part.breakdown in ({{ literals(['_T'] + listed(entry.breakdowns)) }})
),

cell as (
    {{ cells('placed', measures, frame, margins) }}
),

-- A breakdown without a base of its own shows shares of the whole base of the area.
based as (
    select
        cell.*,
        case
            when breakdown in ({{ literals(['_T', 'measure'] + (entry.breakdown_concepts or {}) | list) }}) then denominator
            else max(case when breakdown = '_T' and sex = '_T' and age = '_T' then denominator end)
                over (partition by freq, period, area_list, area)
        end as base,
        max(numerator) over (partition by freq, period, breakdown, category) as most
    from cell
),

-- A category without a base of its own that counts nobody anywhere does not apply.
applying as (
    select * from based where breakdown = '_T' or denominator is not null or most > 0
)
{{- as_observations(indicator, 'applying', money) }}
{%- endmacro %}
