{%- set types = ['sickness', 'maternity', 'convalescence'] -%}
-- Decisions on sickness, maternity and convalescence, and the persons behind them; cases are not persons.
with decision as (
    {{ benefit_decisions(types, 'benefit_type') }}
),

receiver as (
    {%- set measures = {'cases': 'count(*)'} %}
    {%- for type in types %}
    {%- do measures.update({type: "sum(case when event.benefit_type = '" ~ type ~ "' then 1 else 0 end)"}) %}
    {%- endfor %}
    {{ persons_in_period('decision', measures) }}
)

{{ count_events('receiver', [], {'persons': 'count(*)', 'cases': 'sum(cases)'}) }}
{%- for type in types %}
union all
select
    freq,
    period,
    area_34,
    '_U' as area_63,
    '_T' as sex,
    '_T' as age,
    'benefit_type' as breakdown,
    '{{ type | upper }}' as category,
    cast(sum(case when {{ type }} > 0 then 1 else 0 end) as {{ dbt.type_bigint() }}) as persons,
    cast(sum({{ type }}) as {{ dbt.type_bigint() }}) as cases
from receiver
group by freq, period, area_34
{%- endfor %}
