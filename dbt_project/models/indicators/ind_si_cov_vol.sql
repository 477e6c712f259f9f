{{ coverage(
    'SI_COV_VOL',
    counted=counted_as(ref('int_participants_counted'), 'si_voluntary_only_persons', 'numerator'),
    base=reference_counts('labour_force', 'labour_force_working_age', 'denominator'),
    concept='labour force of working age'
) }}
