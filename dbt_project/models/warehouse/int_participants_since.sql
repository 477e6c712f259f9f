{{ config(indexes=[{'columns': ['person_key'], 'unique': true}]) }}

-- Since when VSS has verified a person's number, and since when the person has an electronic book or an account with
-- VssID: by all delivered states, because the newest one tells only that it is so.
with state as (
    select
        link.person_key,
        min(case when participant.personal_number_verified then participant.updated_at end) as verified_at,
        min(case when participant.e_book then participant.updated_at end) as e_book_at,
        cast(null as {{ dbt.type_timestamp() }}) as account_at,
        cast(null as {{ dbt.type_timestamp() }}) as account_ended_at
    from {{ source('vss', 'participant') }} as participant
    inner join {{ ref('link') }} as link on link.dataset = 'participant' and participant.si_number = link.record_id
    group by link.person_key

    union all

    select
        link.person_key,
        cast(null as {{ dbt.type_timestamp() }}) as verified_at,
        cast(null as {{ dbt.type_timestamp() }}) as e_book_at,
        min(case when account.status = 'active' and account.vssid_installed then account.updated_at end) as account_at,
        max(case when newest.status <> 'active' or not newest.vssid_installed then newest.updated_at end)
            as account_ended_at
    from {{ source('vss', 'e_account') }} as account
    inner join {{ ref('stg_vss__e_account') }} as newest on account.account_id = newest.account_id
    inner join {{ ref('link') }} as link on link.dataset = 'e_account' and account.account_id = link.record_id
    group by link.person_key
)

select
    person_key,
    cast(min(verified_at) as date) as verified_on,
    cast(min(e_book_at) as date) as e_book_on,
    cast(min(account_at) as date) as account_on,
    cast(min(account_ended_at) as date) as account_ended_on
from state
group by person_key
