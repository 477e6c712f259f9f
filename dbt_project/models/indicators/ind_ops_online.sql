{{ observations('OPS_ONLINE', [counted(ref('int_services_counted'), 'online', 'eligible')], margins=[]) }}
