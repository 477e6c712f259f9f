{{ config(materialized='incremental', incremental_strategy='append') }}

{#-
    Which months this build must do again, by subject. Facts by month: subject, fact, staging model, month of its rows,
    what tells a record of it, and the data set and record of its link to a person.
-#}
{%- set facts = [
    ('contribution', 'fct_contribution_month', 'stg_vss__contribution', 's.month', none, 'contribution', 's.si_number'),
    ('payment', 'fct_payment_month', 'stg_vss__payment', 's.month', 'payment_id', 'benefit_decision', 's.decision_id'),
    ('claim', 'fct_claim', 'stg_health__claim', 's.month', 'claim_id', 'claim', 's.claim_id'),
    ('wage', 'fct_wage_year', 'stg_tax__wage_income', year_start('s.tax_year'), none, 'wage_income',
        "concat(s.return_id, ':', s.line_no)"),
] -%}
{#- Spells: subject, fact, staging model, key, data set of the link, first and last day. -#}
{%- set spells = [
    ('card', 'fct_hi_card', 'stg_vss__hi_card', 'card_id', 'hi_card', 'valid_from', 'valid_to'),
    ('benefit', 'fct_benefit', 'stg_vss__benefit_decision', 'decision_id', 'benefit_decision', 'benefit_from',
        'benefit_to'),
    ('benefit', none, 'stg_labour__unemployment_decision', 'decision_id', 'unemployment_decision', 'benefit_from',
        'benefit_to'),
    ('death', none, 'stg_population__person', 'personal_number', 'person', 'death_date', 'cast(null as date)'),
] -%}
with in_work as (
    select * from {{ ref('batch_in_work') }}
),

relinked as (
    select * from {{ ref('link') }} where linked_at > {{ last_mark() }}
),

revision_window as (
    select month
    from (
        select month, row_number() over (order by month desc) as age from {{ ref('dim_month') }} where is_observed
    ) as observed
    where age <= {{ var('revision_months') }}
),

reopened as (
    {%- for subject, fact, staging, month, record, dataset, linked in facts %}
    {%- set earlier = standing('warehouse', fact) %}
    -- {{ subject }}: rows of new batches, and of records that meanwhile belong to another person
    select '{{ subject }}' as subject, {{ month }} as month
    from {{ ref(staging) }} as s
    where s._batch_id in (select batch_id from in_work)
    union
    select '{{ subject }}' as subject, {{ month }} as month
    from relinked
    inner join {{ ref(staging) }} as s on relinked.record_id = {{ linked }}
    where relinked.dataset = '{{ dataset }}'
    {%- if earlier is not none %}
    -- the months where rows of a corrected batch, or of a record that moved, stand so far
    union
    select '{{ subject }}' as subject, earlier.month
    from {{ earlier }} as earlier
    where earlier._batch_id in (select batch_id from in_work)
    {%- if record %}
    union
    select '{{ subject }}' as subject, earlier.month
    from {{ earlier }} as earlier
    inner join {{ ref(staging) }} as s on earlier.{{ record }} = s.{{ record }}
    where s._batch_id in (select batch_id from in_work)
    {%- endif %}
    {%- endif %}
    union
    {%- endfor %}
    {%- for subject, fact, staging, key, dataset, first, last in spells %}
    {%- set earlier = standing('warehouse', fact) if fact else none %}
    -- {{ subject }}: the months of new or moved spells, as they are and as they were
    select '{{ subject }}' as subject, dim_month.month
    from (
        {%- for relation in [ref(staging), earlier] if relation is not none %}
        select s.{{ first }} as first_day, {{ last }} as last_day
        from {{ relation }} as s
        where
            s._batch_id in (select batch_id from in_work)
            or s.{{ key }} in (select record_id from relinked where dataset = '{{ dataset }}')
            {%- if not loop.first %}
            or s.{{ key }} in (
                select n.{{ key }} from {{ ref(staging) }} as n where n._batch_id in (select batch_id from in_work)
            )
            {%- endif %}
        {{ 'union' if not loop.last }}
        {%- endfor %}
    ) as spell
    inner join {{ ref('dim_month') }} as dim_month
        on
            dim_month.is_observed
            and spell.first_day <= dim_month.month_end
            and coalesce(spell.last_day, {{ forever() }}) >= dim_month.month_end
    union
    {%- endfor %}
    -- person: who a person is and where it lives touches any month of the revision window
    select 'person' as subject, month
    from revision_window
    where
        exists (
            select 1 from in_work
            where
                (in_work.registry = 'population' and in_work.dataset in ('person', 'identity_change', 'residence'))
                or (in_work.registry = 'vss' and in_work.dataset = 'participant')
        )
)

select
    cast(subject as {{ dbt.type_string() }}) as subject,
    cast(month as date) as month,
    {{ dbt.current_timestamp() }} as reopened_at
from reopened
