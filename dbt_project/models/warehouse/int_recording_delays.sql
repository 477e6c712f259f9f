{%- set before_the_end = "status <> 'withdrawn' and recorded_at < " ~ dbt.dateadd('day', -45, 'valid_to') -%}
{#- Short benefits are decided long after their first day; they tell nothing of pensions. -#}
{%- set monthly_benefit =
    "status = 'granted' and benefit_type not in ('sickness', 'maternity', 'convalescence', 'one_time')" -%}
{#- Evidence: relation, day that it tells of, moment of recording, and which rows still show their first state. -#}
{%- set evidence = {
    'contribution': (ref('fct_contribution_month'), 'month', 'recorded_at', "version = 1 and kind = 'compulsory'"),
    'voluntary': (ref('fct_contribution_month'), 'month', 'recorded_at', "version = 1 and kind = 'voluntary'"),
    'cancellation': (ref('stg_vss__contribution'), 'month', 'updated_at', "change_type = 'cancelled'"),
    'hi_card': (ref('fct_hi_card'), 'valid_from', 'recorded_at', before_the_end),
    'benefit_decision': (ref('fct_benefit'), 'benefit_from', 'recorded_at', monthly_benefit),
    'decision': (ref('fct_benefit'), 'decision_date', 'recorded_at', "status = 'granted'"),
    'unemployment_decision':
        (ref('stg_labour__unemployment_decision'), 'benefit_from', 'updated_at', "status = 'granted'"),
    'claim': (ref('fct_claim'), 'month', 'submitted_date', 'true'),
    'training_support': (ref('fct_training_support'), 'decision_date', 'recorded_at', 'true'),
    'death': (ref('stg_population__vital_event'), 'event_date', 'registered_date', "event_type = 'death'"),
    'birth': (ref('int_births'), 'born_on', 'heard_on', 'true'),
    'residence': (
        ref('fct_residence_spell'), 'valid_from', 'recorded_at',
        "valid_to is null and valid_from <> cast('2025-07-01' as date)"
    ),
} -%}
-- How many months after their own month records were first heard of. The merger of the provinces, which wrote every
-- residence anew, is left out.
{% for name, (relation, day, moment, first_state) in evidence.items() -%}
select
    cast('{{ name }}' as {{ dbt.type_string() }}) as evidence,
    {{ month_start(day) }} as month,
    greatest({{ month_number(moment) }} - {{ month_number(day) }}, 0) as delay,
    count(*) as records
from {{ relation }}
where {{ first_state }}
group by 1, 2, 3
{{ 'union all' if not loop.last }}
{% endfor %}
