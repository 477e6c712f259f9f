{{ observations('UI_COV', [
    counted(ref('int_participants_counted'), 'ui_persons'),
    reference('labour_force', 'labour_force_working_age'),
], frame='cube') }}
