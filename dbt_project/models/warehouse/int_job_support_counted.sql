{%- set kinds = ['training', 'counselling', 'placement'] -%}
-- Jobseekers with training support, counselling or placement, and the decisions by kind.
with support as (
    select
        {{ month_start('decision_date') }} as month,
        decision_date as event_date,
        person_key,
        area_34,
        kind
    from {{ ref('fct_training_support') }}
),

supported as (
    {%- set measures = {} %}
    {%- for kind in kinds %}
    {%- do measures.update({kind: "sum(case when event.kind = '" ~ kind ~ "' then 1 else 0 end)"}) %}
    {%- endfor %}
    {{ persons_in_period('support', measures) }}
)

{%- set measures = {'persons': 'count(*)'} %}
{%- for kind in kinds %}
{%- do measures.update({kind: 'sum(' ~ kind ~ ')'}) %}
{%- endfor %}

{{ count_events('supported', [], measures) }}
