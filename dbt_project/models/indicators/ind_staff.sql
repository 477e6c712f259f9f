{{ observations('STAFF', [
    counted(ref('int_staff_counted'), 'staff'),
    counted(ref('int_staff_counted'), 'units', category=('measure', 'UNITS')),
], margins=[]) }}
