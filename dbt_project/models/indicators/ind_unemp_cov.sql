{{ observations('UNEMP_COV', [
    counted(ref('int_participants_counted'), 'unemployed_persons'),
    reference('labour_force', 'unemployed'),
]) }}
