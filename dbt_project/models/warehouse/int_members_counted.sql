{%- set measures = [
    'si_persons', 'covered_persons', 'insured_persons', 'usable_card_persons', 'e_card_persons', 'e_book_persons', 'members',
    'document_persons', 'account_persons', 'participants', 'linked_participants',
] -%}
-- Who takes part in any scheme, by the age groups of the population.
{{ count_by_age_group(ref('int_participation_counted'), 'population', measures) }}
