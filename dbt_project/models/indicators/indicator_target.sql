select
    indicator_id as indicator,
    period,
    operator,
    value,
    unit,
    base_as_worded,
    source
from {{ ref('indicator_targets') }}
