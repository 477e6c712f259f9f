{{ observations('LINK_RATE', [
    counted(ref('int_members_counted'), 'linked_participants', 'participants'),
], frame='cube') }}
