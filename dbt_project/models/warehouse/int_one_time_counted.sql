-- Persons with one-time social insurance and their decisions. Who has two stands under the longer contribution.
with decision as (
    {{ benefit_decisions(['one_time'], 'months_contributed') }}
),

receiver as (
    {{ persons_in_period('decision', {'cases': 'count(*)', 'months_contributed': 'max(event.months_contributed)'}) }}
),

placed as (
    select
        receiver.*,
        case
            when receiver.months_contributed < 12 then 'Y_LT1'
            when receiver.months_contributed < 60 then 'Y1T4'
            when receiver.months_contributed < 120 then 'Y5T9'
            when receiver.months_contributed < 180 then 'Y10T14'
            when receiver.months_contributed < 240 then 'Y15T19'
            when receiver.months_contributed >= 240 then 'Y_GE20'
        end as years_contributed
    from receiver
)

{{ count_events('placed', ['years_contributed'], {'persons': 'count(*)', 'cases': 'sum(cases)'}) }}
