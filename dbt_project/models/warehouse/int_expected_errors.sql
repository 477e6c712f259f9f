{#- Evidence whose months stand alone; the rest adds up: what began earlier and is not known yet is missing today. -#}
{%- set alone = [
    'contribution', 'voluntary', 'cancellation', 'decision', 'training_support', 'claim', 'contract', 'birth',
] -%}
{#- Evidence of which a late record cannot be told from none: every month is taken for an average one. -#}
{%- set steady = ['cancellation', 'death', 'birth'] -%}
{#- The data set in which rows of an evidence may be held back. -#}
{%- set datasets = {
    'contribution': 'contribution', 'voluntary': 'contribution', 'hi_card': 'hi_card', 'benefit_decision': 'benefit_decision',
    'decision': 'benefit_decision', 'unemployment_decision': 'unemployment_decision',
    'training_support': 'training_support', 'contract': 'contract', 'claim': 'claim',
} -%}
-- What is probably not known yet of each month, as numbers of records: those that will still come, by the delays seen
-- so far, beside those that are there; and the share of rows that are held in quarantine. Contracts that never reach
-- the labour registry are told by insured employees without one.
with contracted as (
    select
        insured.month,
        count(distinct contract.person_key) as persons,
        count(distinct insured.person_key) - count(distinct contract.person_key) as others
    from {{ ref('fct_contribution_month') }} as insured
    inner join {{ ref('dim_month') }} as dim_month on insured.month = dim_month.month and dim_month.is_observed
    left join {{ ref('fct_labour_contract') }} as contract
        on
            insured.person_key = contract.person_key
            and insured.month >= contract.start_date
            and insured.month <= coalesce(contract.end_date, {{ forever() }})
    where insured.kind = 'compulsory'
    group by insured.month
),

outstanding as (
    select
        evidence,
        month,
        records,
        case
            when evidence in ({{ literals(steady) }}) then share * usual_records
            else coalesce(share / nullif(1 - share, 0), 0) * records
        end as outstanding_records
    from {{ ref('int_late_shares') }}
    union all
    select
        'contract' as evidence,
        month,
        persons as records,
        others as outstanding_records
    from contracted
),

held as (
    select
        dataset,
        1.0 * sum(rows_quarantined) / nullif(sum(rows_received), 0) as share
    from {{ source('ingest', 'batch') }}
    where state = 'loaded'
    group by dataset
)

select
    cast(outstanding.evidence as {{ dbt.type_string() }}) as evidence,
    outstanding.month,
    outstanding.records,
    cast(case
        when outstanding.evidence in ({{ literals(alone) }}) then outstanding.outstanding_records
        else sum(outstanding.outstanding_records) over (partition by outstanding.evidence order by outstanding.month)
    end as {{ dbt.type_float() }}) as outstanding_records,
    cast(coalesce(held.share, 0) as {{ dbt.type_float() }}) as held_share
from outstanding
left join held
    on held.dataset = case outstanding.evidence
        {%- for evidence, dataset in datasets.items() %}
        when '{{ evidence }}' then '{{ dataset }}'
        {%- endfor %}
    end
