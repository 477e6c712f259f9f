{%- set measures = [
    'si_persons', 'si_compulsory_persons', 'si_voluntary_persons', 'si_voluntary_only_persons', 'ui_persons',
] -%}
-- Contributors by the age groups of the labour force.
{{ count_by_age_group(ref('int_participation_counted'), 'labour_force', measures) }}
having sum(counted.si_persons) > 0
