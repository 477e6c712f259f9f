{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['contribution']},
    indexes=[{'columns': ['month']}]
) }}

-- One person, unit, month and kind, in its newest version. A person may be known by several numbers: versions are
-- compared across them.
with numbered as (
    select
        contribution.month,
        link.person_key,
        contribution.unit_code as employer_key,
        contribution.kind,
        contribution.change_type,
        contribution.wage_base,
        contribution.si_amount,
        contribution.oa_amount,
        contribution.ui_amount,
        contribution.hi_amount,
        contribution.subsidy_amount,
        contribution.paid_amount,
        contribution.paid_date,
        contribution.version,
        link.probability as link_probability,
        contribution.updated_at as recorded_at,
        contribution._batch_id,
        row_number() over (
            partition by contribution.month, link.person_key, contribution.unit_code, contribution.kind
            order by contribution.version desc, contribution.updated_at desc, contribution.si_number desc
        ) as newest
    from {{ ref('stg_vss__contribution') }} as contribution
    inner join {{ ref('link') }} as link
        on link.dataset = 'contribution' and contribution.si_number = link.record_id
    where {{ in_reopened_months('contribution.month') }}
)

select
    month,
    person_key,
    employer_key,
    kind,
    wage_base,
    si_amount,
    oa_amount,
    ui_amount,
    hi_amount,
    subsidy_amount,
    paid_amount,
    paid_date,
    coalesce(paid_date > {{ month_end(add_months('month', 1)) }}, true) as is_late,
    version,
    link_probability,
    recorded_at,
    _batch_id
from numbered
where newest = 1 and change_type <> 'cancelled'
