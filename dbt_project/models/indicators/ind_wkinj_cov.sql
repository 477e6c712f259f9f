{{ observations('WKINJ_COV', [
    counted(ref('int_participants_counted'), 'accident_persons', where='accident_persons > 0'),
    reference('labour_force', 'employed'),
], margins=['sex']) }}
