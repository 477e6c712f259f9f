{{ observations('HI_COV', [
    counted(ref('int_members_counted'), 'insured_persons', where='insured_persons > 0'),
    counted(ref('int_residents_counted'), denominator='persons'),
    reference('population', 'population'),
], frame='cube') }}
