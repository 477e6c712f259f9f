{%- set period = 'freq, period' -%}
{{ observations('UI_ACTIVE', [
    counted(ref('int_job_support_counted'), 'persons', time=period),
    counted(ref('int_job_support_counted'), 'training', time=period, category=('measure', 'TRAINING')),
    counted(ref('int_job_support_counted'), 'counselling', time=period, category=('measure', 'COUNSELLING')),
    counted(ref('int_job_support_counted'), 'placement', time=period, category=('measure', 'PLACEMENT')),
], time='period') }}
