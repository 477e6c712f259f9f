{{ observations('SI_COV_COMP', [
    counted(ref('int_participants_counted'), 'si_compulsory_persons', where='si_compulsory_persons > 0'),
    reference('labour_force', 'labour_force_working_age'),
]) }}
