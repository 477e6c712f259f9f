{{ config(
    materialized='incremental',
    incremental_strategy='record_replace',
    unique_key=['decision_id'],
    indexes=[{'columns': ['decision_id'], 'unique': true}]
) }}

select
    decision.decision_id,
    link.person_key,
    decision.benefit_type,
    decision.decision_date,
    decision.benefit_from,
    decision.benefit_to,
    decision.amount,
    decision.months_contributed,
    decision.status,
    {{ area_34('decision.area_list', 'decision.province_code') }} as area_34,
    {{ area_63('decision.area_list', 'decision.province_code') }} as area_63,
    link.probability as link_probability,
    decision.updated_at as recorded_at,
    decision._batch_id
from {{ ref('stg_vss__benefit_decision') }} as decision
inner join {{ ref('link') }} as link on link.dataset = 'benefit_decision' and decision.decision_id = link.record_id
{{ join_crosswalk('decision.area_list', 'decision.province_code') }}
where {{ in_work('decision', 'link', 'decision_id') }}
