{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['payment']},
    indexes=[{'columns': ['month']}]
) }}

select
    payment.month,
    payment.payment_id,
    payment.decision_id,
    link.person_key,
    decision.benefit_type,
    payment.paid_date,
    payment.amount,
    payment.channel,
    payment.urban as is_urban,
    {{ area_34('payment.area_list', 'payment.province_code') }} as area_34,
    {{ area_63('payment.area_list', 'payment.province_code') }} as area_63,
    link.probability as link_probability,
    payment.updated_at as recorded_at,
    payment._batch_id
from {{ ref('stg_vss__payment') }} as payment
left join {{ ref('stg_vss__benefit_decision') }} as decision on payment.decision_id = decision.decision_id
left join {{ ref('link') }} as link on link.dataset = 'benefit_decision' and payment.decision_id = link.record_id
{{ join_crosswalk('payment.area_list', 'payment.province_code') }}
where {{ in_reopened_months('payment.month') }}
