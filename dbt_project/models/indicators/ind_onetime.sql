{%- set period = 'freq, period' -%}
{{ observations('ONETIME', [
    counted(ref('int_one_time_counted'), 'persons', time=period),
    counted(ref('int_one_time_counted'), 'cases', time=period, category=('measure', 'CS')),
], time='period') }}
