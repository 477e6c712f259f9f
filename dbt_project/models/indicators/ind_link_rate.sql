{{ coverage(
    'LINK_RATE',
    counted=counted_as(ref('int_linked_participants_counted'), 'linked_participants', 'numerator'),
    base=counted_as(ref('int_linked_participants_counted'), 'participants', 'denominator'),
    concept='participants outside the armed forces'
) }}
