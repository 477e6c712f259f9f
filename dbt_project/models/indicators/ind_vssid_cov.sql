{{ observations('VSSID_COV', [counted(ref('int_members_counted'), 'account_persons', 'members')]) }}
