{{ observations('OPS_FILES', [counted(ref('int_work_records_counted'), 'online', 'records')], margins=[]) }}
