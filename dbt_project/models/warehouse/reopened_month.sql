{{ config(materialized='incremental', incremental_strategy='append') }}

{#-
    Which months this build must do again, by subject. Facts by month: subject, fact, staging model, month of its rows,
    what tells a record of it, and the data set and record of its link to a person.
-#}
{%- set facts = [
    ('contribution', 'fct_contribution_month', 'stg_vss__contribution', 's.month', none, 'participant', 's.si_number'),
    ('payment', 'fct_payment_month', 'stg_vss__payment', 's.month', 'payment_id', 'benefit_decision', 's.decision_id'),
    ('claim', 'fct_claim', 'stg_health__claim', 's.month', 'claim_id', 'claim', 's.claim_id'),
    ('wage', 'fct_wage_year', 'stg_tax__wage_income', year_start('s.tax_year'), none, 'wage_income',
        "concat(s.return_id, ':', s.line_no)"),
] -%}
{#- Subjects whose change touches any month of the revision window: registry, data sets. -#}
{%- set windows = [
    ('person', 'population', ['person', 'identity_change', 'residence']),
    ('person', 'vss', ['participant']),
    ('card', 'vss', ['hi_card']),
    ('benefit', 'vss', ['benefit_decision']),
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
    {%- for subject, registry, datasets in windows %}
    select '{{ subject }}' as subject, revision_window.month
    from revision_window
    where
        exists (
            select 1 from in_work
            where in_work.registry = '{{ registry }}' and in_work.dataset in ({{ literals(datasets) }})
        )
    {{ 'union' if not loop.last }}
    {%- endfor %}
)

select
    cast(subject as {{ dbt.type_string() }}) as subject,
    cast(month as date) as month,
    {{ dbt.current_timestamp() }} as reopened_at
from reopened
