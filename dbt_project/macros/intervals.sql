{#-
    The kinds of record that the numerators of the linked indicators are made of: the key `evidence` of the catalogue.
    SQL of the evidence of an indicator, null where it has none.
-#}
{% macro evidence_of(indicator) -%}
    case {{ indicator }}
        {%- for id, entry in var('indicators').items() if entry.linked and entry.evidence %}
        when '{{ id }}' then '{{ entry.evidence }}'
        {%- endfor %}
    end
{%- endmacro %}

{#-
    The kinds of record that a base is counted from, where it comes in as late as the numerator: the key `base_evidence`.
-#}
{% macro base_evidence_of(indicator) -%}
    case {{ indicator }}
        {%- for id, entry in var('indicators').items() if entry.base_evidence %}
        when '{{ id }}' then '{{ entry.base_evidence }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- The registry that delivers an evidence. -#}
{% macro registry_of(evidence) -%}
    case
        when {{ evidence }} in ('unemployment_decision', 'training_support', 'contract') then 'labour'
        when {{ evidence }} = 'claim' then 'health'
        else 'vss'
    end
{%- endmacro %}

{#-
    The bounds of a count of persons, in the unit of the figure: what is probably missing pushes up, what is probably too
    much pushes down, and so does what is missing in the base. All are numbers of persons who come by chance, so that each
    has a spread of its square root; half a person is added, because persons are whole.

    Args:
        side: upper or lower.
        cell: alias with numerator, denominator, value, unit, missing, excess and base_missing.
-#}
{% macro bound(side, cell) -%}
    {%- set spread = "(1.96 * sqrt(" ~ cell ~ ".missing + " ~ cell ~ ".excess) + 0.5)" -%}
    {%- set count = cell ~ ".numerator + " ~ cell ~ ".missing + " ~ spread if side == 'upper'
        else "greatest(" ~ cell ~ ".numerator - " ~ cell ~ ".excess - " ~ spread ~ ", 0)" -%}
    {%- set base = cell ~ ".denominator" if side == 'upper'
        else "(" ~ cell ~ ".denominator + " ~ cell ~ ".base_missing + 1.96 * sqrt(" ~ cell ~ ".base_missing))" -%}
    cast(case
        when {{ cell }}.unit = 'PT'
            then {{ 'greatest' if side == 'upper' else 'least' }}(
                {{ cell }}.value, least(100, 100 * ({{ count }}) / nullif({{ base }}, 0))
            )
        when {{ cell }}.unit in ('PS', 'CS') then {{ 'ceiling' if side == 'upper' else 'floor' }}({{ count }})
    end as numeric(24, 4))
{%- endmacro %}

{#-
    Figures with the shares of the persons counted that are probably not heard of yet (late), held back, cancelled later,
    dead, linked wrongly or to nobody, and, within the nation, counted where they no longer live (moved); the persons whose
    employer has not declared yet; and the share of the base that is not heard of yet.

    Args:
        placed: relation of figures with evidence, base_evidence, month_to, persons and nation (the figure of the whole
            country).
-#}
{% macro expected_errors(placed) -%}
    select
        placed.*,
        coalesce(record.outstanding_records / nullif(case
            when placed.evidence in ('hi_card', 'benefit_decision', 'unemployment_decision') then placed.nation
            else record.records
        end, 0), 0) as late_share,
        coalesce(record.held_share, 0) as held_share,
        coalesce(undeclared.persons, 0) as undeclared,
        coalesce(case when placed.evidence = 'contribution'
            then cancelled.outstanding_records / nullif(record.records, 0) end, 0) as cancelled_share,
        coalesce(case when placed.evidence = 'hi_card' then dead.deaths / nullif(dead.residents, 0) end, 0)
            as dead_share,
        coalesce(link.unlinked_share + link.false_share, whole.unlinked_share + whole.false_share, 0) as link_share,
        case when placed.area = 'VN' then 0
            else coalesce(moved.outstanding_records / nullif(everyone.residents, 0), 0) end as moved_share,
        coalesce(base.late_share, 0) as base_late_share
    from {{ placed }} as placed
    left join {{ ref('int_expected_errors') }} as record
        on placed.evidence = record.evidence and placed.month_to = record.month
    left join {{ ref('int_expected_errors') }} as cancelled
        on cancelled.evidence = 'cancellation' and placed.month_to = cancelled.month
    left join {{ ref('int_expected_errors') }} as moved
        on moved.evidence = 'residence' and placed.month_to = moved.month
    left join (
        select
            period.freq,
            period.period,
            months.evidence,
            sum(months.outstanding_records) / nullif(sum(months.records), 0) as late_share
        from {{ ref('int_expected_errors') }} as months
        inner join {{ ref('dim_period') }} as period
            on months.month >= period.month_from and months.month <= period.month_to
        group by period.freq, period.period, months.evidence
    ) as base
        on placed.base_evidence = base.evidence and placed.freq = base.freq and placed.period = base.period
    left join {{ ref('int_undeclared_counted') }} as undeclared
        on
            placed.evidence = 'contribution'
            and placed.area_list = '34'
            and placed.breakdown = '_T'
            and placed.month_to = undeclared.month
            and placed.area = undeclared.area
            and placed.sex = undeclared.sex
            and placed.age = undeclared.age
    left join {{ ref('int_unregistered_deaths') }} as dead
        on placed.month_to = dead.month and placed.age = dead.age
    left join {{ ref('int_unregistered_deaths') }} as everyone
        on placed.month_to = everyone.month and everyone.age = '_T'
    left join {{ ref('int_link_errors') }} as link
        on
            placed.area_list = '34'
            and {{ registry_of('placed.evidence') }} = link.registry
            and placed.area = link.area
            and placed.sex = link.sex
            and placed.age = link.age
    left join {{ ref('int_link_errors') }} as whole
        on
            {{ registry_of('placed.evidence') }} = whole.registry
            and whole.area = 'VN'
            and whole.sex = '_T'
            and whole.age = '_T'
{%- endmacro %}
