{{ observations('HI_NUM', [counted(ref('int_members_counted'), 'insured_persons', where='insured_persons > 0')]) }}
