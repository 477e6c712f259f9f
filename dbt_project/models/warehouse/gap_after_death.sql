-- Payments, claims and contributions for days after the person's death: money to recover, a card that someone else
-- uses, or a wrong link.
with dead as (
    select
        person_key,
        death_date
    from {{ ref('dim_person') }}
    where is_current and death_date is not null
),

event as (
    select
        'payment' as kind, month, payment_id as record_id, person_key, month as happened_on, amount, link_probability
    from {{ ref('fct_payment_month') }}

    union all

    select
        'claim' as kind, month, claim_id as record_id, person_key, admitted_on as happened_on,
        amount_fund as amount, link_probability
    from {{ ref('fct_claim') }}

    union all

    select
        'contribution' as kind, month, employer_key as record_id, person_key, month as happened_on,
        paid_amount as amount, link_probability
    from {{ ref('fct_contribution_month') }}
)

select
    event.month,
    cast(event.kind as {{ dbt.type_string() }}) as kind,
    event.record_id,
    event.person_key,
    dead.death_date,
    event.happened_on,
    cast({{ dbt.datediff('dead.death_date', 'event.happened_on', 'day') }} as integer) as days_after,
    cast(event.amount as {{ dbt.type_bigint() }}) as amount,
    event.link_probability
from event
inner join dead on event.person_key = dead.person_key and event.happened_on > dead.death_date
