-- A participant's person in the population register, by the strongest rule that its name and birth do not contradict.
with participant as (
    select * from {{ ref('stg_vss__participant') }}
),

number as (
    select * from {{ ref('int_population_numbers') }}
),

-- The personal number that all of a participant's cards agree on.
card as (
    select
        si_number_key as si_number,
        max(personal_number_key) as personal_number
    from {{ ref('stg_vss__hi_card') }}
    where personal_number_key is not null
    group by si_number_key
    having min(personal_number_key) = max(personal_number_key)
),

old_card as (
    select
        participant.si_number,
        max(number.current_number) as current_number
    from participant
    inner join number
        on
            participant.old_id_key = number.old_id_number
            and participant.name_key = number.name_key
            and {{ same_birth('participant', 'number') }}
    group by participant.si_number
    having min(number.current_number) = max(number.current_number)
),

judged as (
    select
        participant.si_number,
        case
            when own.personal_number is not null and not {{ contradicts('participant', 'own') }} then own.current_number
        end as by_number,
        own.personal_number <> own.current_number as is_replaced,
        participant.personal_number_restored,
        old_card.current_number as by_old_card,
        case
            when carded.personal_number is not null and not {{ contradicts('participant', 'carded') }}
                then carded.current_number
        end as by_card,
        case
            when taxed.personal_number is not null and not {{ contradicts('participant', 'taxed') }}
                then taxed.current_number
        end as by_tax_code
    from participant
    left join number as own on participant.personal_number_key = own.personal_number
    left join old_card on participant.si_number = old_card.si_number
    left join card on participant.si_number = card.si_number
    left join number as carded on card.personal_number = carded.personal_number
    left join number as taxed on participant.tax_code = taxed.personal_number
)

select
    si_number,
    coalesce(by_number, by_old_card, by_card, by_tax_code) as personal_number,
    case
        when by_number is not null and is_replaced then 'personal_number_replaced'
        when by_number is not null and personal_number_restored then 'personal_number_restored'
        when by_number is not null then 'personal_number'
        when by_old_card is not null then 'old_card_name_birth'
        when by_card is not null then 'hi_card'
        when by_tax_code is not null then 'tax_code'
        else 'none'
    end as rule
from judged
