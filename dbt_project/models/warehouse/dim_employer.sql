-- Units of the VSS ledger, and payers of the tax registry that have no unit; no names.
with unit as (
    select
        unit_code as employer_key, tax_code, area_list, province_code, vsic_version, vsic_section, ownership,
        employees, status
    from {{ ref('stg_vss__employer') }}

    union all

    select
        payer.tax_code as employer_key, payer.tax_code, payer.area_list, payer.province_code, payer.vsic_version,
        payer.vsic_section, payer.ownership, cast(null as {{ dbt.type_bigint() }}) as employees, payer.status
    from {{ ref('stg_tax__payer') }} as payer
    left join {{ ref('stg_vss__employer') }} as employer on payer.tax_code = employer.tax_code
    where employer.tax_code is null
)

select
    unit.employer_key,
    unit.tax_code,
    unit.area_list,
    unit.province_code as area,
    {{ area_34('unit.area_list', 'unit.province_code') }} as area_34,
    {{ area_63('unit.area_list', 'unit.province_code') }} as area_63,
    unit.vsic_version,
    unit.vsic_section,
    section.published_as as vsic_published,
    unit.ownership,
    unit.employees,
    case
        when unit.employees < 10 then 'micro'
        when unit.employees < 100 then 'small'
        when unit.employees < 200 then 'medium'
        when unit.employees >= 200 then 'large'
    end as size_class,
    unit.status
from unit
{{ join_crosswalk('unit.area_list', 'unit.province_code') }}
left join {{ ref('vsic_section') }} as section
    on unit.vsic_version = section.vsic_version and unit.vsic_section = section.section
