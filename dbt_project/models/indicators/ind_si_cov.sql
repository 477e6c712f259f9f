{{ observations('SI_COV', [
    counted(ref('int_participants_counted'), 'si_persons'),
    reference('labour_force', 'labour_force_working_age'),
], frame='cube') }}
