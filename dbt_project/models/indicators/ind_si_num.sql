{{ observations('SI_NUM', [counted(ref('int_participants_counted'), 'si_persons', where='si_persons > 0')]) }}
