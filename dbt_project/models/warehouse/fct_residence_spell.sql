{{ config(
    materialized='incremental',
    incremental_strategy='record_replace',
    unique_key=['residence_id'],
    indexes=[{'columns': ['residence_id'], 'unique': true}, {'columns': ['person_key']}]
) }}

-- Residences as registered; at the merger of 2025-07-01 every spell ended and went on under a new code.
select
    residence.residence_id,
    link.person_key,
    residence.residence_type,
    residence.valid_from,
    residence.valid_to,
    {{ area_34('residence.area_list', 'residence.province_code') }} as area_34,
    {{ area_63('residence.area_list', 'residence.province_code') }} as area_63,
    residence.urban as is_urban,
    residence.updated_at as recorded_at,
    residence._batch_id
from {{ ref('stg_population__residence') }} as residence
inner join {{ ref('link') }} as link on link.dataset = 'person' and residence.personal_number = link.record_id
{{ join_crosswalk('residence.area_list', 'residence.province_code') }}
where {{ in_work('residence', 'link', 'residence_id') }}
