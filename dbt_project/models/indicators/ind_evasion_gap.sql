{{ observations('EVASION_GAP', [
    counted(ref('int_obliged_counted'), 'uninsured_persons', 'obliged_persons'),
], margins=[]) }}
