{{ coverage(
    'HI_COV',
    counted=counted_as(ref('int_insured_counted'), 'persons', 'numerator'),
    base=reference_counts('population', 'population', 'denominator'),
    concept='resident population at the end of the month'
) }}
