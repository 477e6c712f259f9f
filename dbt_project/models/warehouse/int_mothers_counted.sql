-- Women who gave birth in a year, once a year in the month of the first birth, and those of them with a maternity
-- benefit. Births come from the population register and from the certificates of hospitals.
with certificate as (
    select
        link.person_key,
        {{ born_iso('certificate.child_birth_time') }} as born_iso
    from {{ ref('stg_health__birth_certificate') }} as certificate
    inner join {{ ref('link') }} as link
        on
            link.dataset = 'birth_certificate'
            and concat(certificate.claim_id, ':', certificate.birth_number) = link.record_id
),

birth as (
    select
        link.person_key,
        event.event_date as born_on
    from {{ ref('stg_population__vital_event') }} as event
    inner join {{ ref('link') }} as link on link.dataset = 'person' and event.mother_number = link.record_id
    where event.event_type = 'birth'
    union
    select
        person_key,
        {{ born_on('born_iso') }} as born_on
    from certificate
),

mother as (
    select
        birth.person_key,
        dim_month.year,
        min(birth.born_on) as born_on
    from birth
    inner join {{ ref('dim_month') }} as dim_month
        on birth.born_on between dim_month.month and dim_month.month_end and dim_month.is_observed
    group by birth.person_key, dim_month.year
),

-- The leave starts at most two months before the birth; the benefit may be granted for the time after it.
candidate as (
    select
        {{ month_start('mother.born_on') }} as month,
        mother.person_key,
        count(benefit.decision_id) > 0 as receives
    from mother
    left join {{ ref('fct_benefit') }} as benefit
        on
            mother.person_key = benefit.person_key
            and benefit.benefit_type = 'maternity'
            and benefit.status in ('granted', 'terminated')
            and benefit.benefit_from >= {{ add_months('mother.born_on', -3) }}
            and benefit.benefit_from <= {{ add_months('mother.born_on', 6) }}
    group by mother.born_on, mother.person_key
),

counted as (
    {{ count_at_month_end('candidate', {'mothers': 'true', 'receiving_mothers': 'p.receives'}) }}
)

{{ count_by_age_group('counted', 'population', ['mothers', 'receiving_mothers']) }}
