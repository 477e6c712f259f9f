{%- set period = 'freq, period' -%}
{{ observations('SICK_MAT', [
    counted(ref('int_short_benefits_counted'), 'cases', time=period),
    counted(ref('int_short_benefits_counted'), 'persons', time=period, category=('measure', 'PS')),
], time='period') }}
