{{ observations('SI_COV_VOL', [
    counted(ref('int_participants_counted'), 'si_voluntary_only_persons'),
    reference('labour_force', 'labour_force_working_age'),
], frame='cube') }}
