{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['payment', 'person']}
) }}

-- Urban persons who were paid a benefit of social or unemployment insurance in the month, once each: to an account when
-- one of their payments went there, by the benefit that paid most. Urban is the ward where the payment was sent; since
-- July 2025 that is a ward of the type phuong. Payments without a person count one by one.
with recipient as (
    select
        payment.month,
        payment.person_key,
        case when payment.person_key is null then payment.payment_id end as stray,
        substring(max(concat(payment.paid_date, coalesce(payment.area_34, '_U'))), 11) as area_34,
        {{ ranked_value('max(' ~ ranked('payment.amount', "coalesce(payment.benefit_type, '_U')") ~ ')') }}
            as benefit_type,
        max(case when payment.channel = 'account' then 1 else 0 end) as to_account
    from {{ ref('fct_payment_month') }} as payment
    where
        payment.is_urban
        and coalesce(payment.benefit_type, '_U') not in ('social_pension', 'social_support')
        and {{ in_reopened_months('payment.month') }}
    group by 1, 2, 3
),

described as (
    select
        recipient.month,
        recipient.area_34,
        upper(recipient.benefit_type) as benefit_type,
        recipient.to_account,
        coalesce(person.sex, '_U') as sex,
        coalesce(age_group.age_group, '_U') as age
    from recipient
    inner join {{ ref('dim_month') }} as dim_month on recipient.month = dim_month.month
    left join {{ ref('dim_person') }} as person on recipient.person_key = person.person_key and person.is_current
    {{ join_age_group() }}
)

{{ count_events(
    'described', ['benefit_type'], {'persons': 'count(*)', 'account_persons': 'sum(to_account)'}, time='month'
) }}
