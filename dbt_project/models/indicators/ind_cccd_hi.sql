{{ observations('CCCD_HI', [
    counted(ref('int_members_counted'), 'usable_card_persons', 'insured_persons'),
], margins=['age']) }}
