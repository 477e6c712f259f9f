{{ coverage(
    'PENS_COV',
    counted=counted_as(ref('int_retirees_counted'), 'receiving_persons', 'numerator'),
    base=counted_as(ref('int_retirees_counted'), 'persons', 'denominator'),
    concept='persons past retirement age'
) }}
