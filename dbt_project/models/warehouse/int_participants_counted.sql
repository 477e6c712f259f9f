{%- set measures = [
    'si_persons', 'si_compulsory_persons', 'si_voluntary_persons', 'si_voluntary_only_persons', 'ui_persons',
    'accident_persons', 'unemployed_persons',
] -%}
-- Contributors, and receivers of unemployment benefit, by the age groups of the labour force.
{{ count_by_age_group(ref('int_participation_counted'), 'labour_force', measures) }}
having sum(counted.si_persons) > 0 or sum(counted.unemployed_persons) > 0
