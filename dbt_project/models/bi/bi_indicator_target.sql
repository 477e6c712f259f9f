{{ config(alias='indicator_target') }}

select
    indicator,
    period,
    operator,
    value,
    unit,
    base_as_worded,
    source
from {{ ref('indicator_target') }}
