{{ observations('ANY_COV', [
    counted(ref('int_members_counted'), 'covered_persons'),
    reference('population', 'population'),
]) }}
