-- Participants outside the armed forces, and those of them who are in the population register.
{{ count_by_age_group(ref('int_participation_counted'), 'population', ['participants', 'linked_participants']) }}
