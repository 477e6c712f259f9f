{{ observations('NONCASH_URB', [counted(ref('int_payments_counted'), 'account_persons', 'persons')]) }}
