{{ config(
    materialized='incremental',
    incremental_strategy='record_replace',
    unique_key=['card_id'],
    indexes=[{'columns': ['card_id'], 'unique': true}]
) }}

select
    card.card_id,
    link.person_key,
    cast(card.payer_group as integer) as payer_group,
    card.beneficiary_code,
    cast(card.benefit_level as integer) as benefit_level,
    card.issuer,
    card.valid_from,
    card.valid_to,
    card.status,
    card.e_card as is_electronic,
    card.facility_code,
    {{ area_34('card.area_list', 'card.province_code') }} as area_34,
    {{ area_63('card.area_list', 'card.province_code') }} as area_63,
    card.updated_at as recorded_at,
    card._batch_id
from {{ ref('stg_vss__hi_card') }} as card
inner join {{ ref('link') }} as link on link.dataset = 'hi_card' and card.card_id = link.record_id
{{ join_crosswalk('card.area_list', 'card.province_code') }}
where {{ in_work('card', 'link', 'card_id') }}
