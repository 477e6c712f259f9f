{{ config(
    materialized='incremental',
    incremental_strategy='record_replace',
    unique_key=['support_id'],
    indexes=[{'columns': ['support_id'], 'unique': true}]
) }}

select
    support.support_id,
    link.person_key,
    support.kind,
    support.decision_date,
    support.amount,
    {{ area_34('support.area_list', 'support.province_code') }} as area_34,
    {{ area_63('support.area_list', 'support.province_code') }} as area_63,
    link.probability as link_probability,
    support.updated_at as recorded_at,
    support._batch_id
from {{ ref('stg_labour__training_support') }} as support
inner join {{ ref('link') }} as link on link.dataset = 'training_support' and support.support_id = link.record_id
{{ join_crosswalk('support.area_list', 'support.province_code') }}
where {{ in_work('support', 'link', 'support_id') }}
