{{ observations('MON_SUPPORT', [
    counted(ref('int_social_support_counted'), 'persons'),
    counted(ref('int_support_decided'), 'persons', category=('measure', 'DECISIONS')),
    reference('population', 'population'),
]) }}
