with computed as (
    select
        indicator,
        max(denominator_concept) as denominator_concept,
        max(unit) as unit
    from {{ ref('indicator_observation') }}
    group by indicator
)

select
    catalogue.indicator_id as indicator,
    catalogue.name_en,
    catalogue.name_vi,
    computed.unit,
    catalogue.numerator as numerator_en,
    catalogue.denominator as denominator_en,
    computed.denominator_concept,
    catalogue.disaggregations,
    catalogue.periodicity,
    catalogue.sdg_code,
    catalogue.vn_roadmap_code,
    catalogue.definition_status,
    catalogue.caveats
from {{ ref('indicator_catalogue') }} as catalogue
inner join computed on catalogue.indicator_id = computed.indicator
