{{ observations('NEW_PART', [counted(ref('int_new_participants_counted'), 'persons')]) }}
