-- Persons with a health insurance card, by the group that pays.
with insured as (
    select * from {{ ref('int_participation_counted') }} where card_group > 0
)

{{ count_by_age_group('insured', 'population', ['insured_persons', 'e_card_persons'], by=['card_group']) }}
