{{ config(
    materialized='incremental',
    incremental_strategy='record_replace',
    unique_key=['dataset', 'record_id'],
    indexes=[{'columns': ['dataset', 'record_id'], 'unique': true}, {'columns': ['node_id']}]
) }}

{#- Column of each data set for each attribute; the keys are the normalised ones of staging. -#}
{%- set number = {
    'personal_number': 's.personal_number_key',
    'personal_number_restored': 's.personal_number_restored',
    'number_given': number_given('s.personal_number'),
    'old_id_number': 's.old_id_key',
} -%}
{%- set name = {'full_name': clean_name('s.full_name'), 'name_key': 's.name_key'} -%}
{%- set born = {'born_on': 's.born_on', 'birth_precision': 's.birth_precision'} -%}
{%- set sex = 's.sex_code' -%}
{%- set si_key = 's.si_number_key' -%}
{#- A tax code is the personal number since 2025; the number beside it may be a wrong one. -#}
{%- set number_or_si = 'coalesce(s.personal_number_key, ' ~ number_in_place('s.si_number') ~ ')' -%}
{%- set number_or_tax = 'coalesce(s.personal_number_key, ' ~ number_in_place('s.employee_tax_code') ~ ')' -%}
{%- set described = dict(dict(number, **name), **born) -%}
{%- set records = [
    ('population', 'person', 's.personal_number', 's.updated_at', dict(
        dict(name, **born), sex=sex, personal_number='s.personal_number', old_id_number=old_id_number('s.old_id_number'),
        province='s.birth_province_code', residence_province='residence.province_code'
    )),
    ('vss', 'participant', 's.si_number', 's.updated_at', dict(
        described, sex=sex, si_number='s.si_number', tax_code='s.tax_code',
        residence_province=area_63('s.area_list', 's.province_code')
    )),
    ('vss', 'hi_card', 's.card_id', 's.updated_at', dict(number, si_number=si_key)),
    ('vss', 'e_account', 's.account_id', 's.updated_at', {'si_number': si_key}),
    ('vss', 'benefit_decision', 's.decision_id', 's.updated_at', dict(
        described, sex=sex, si_number=si_key, personal_number=number_or_si
    )),
    ('vss', 'contribution', 's.si_number', 's.updated_at', {
        'personal_number': number_in_place('s.si_number'), 'si_number': si_number('s.si_number')
    }),
    ('labour', 'contract', 's.contract_id', 's.updated_at', dict(described, sex=sex)),
    ('labour', 'unemployment_decision', 's.decision_id', 's.updated_at', dict(described, sex=sex, si_number=si_key)),
    ('labour', 'training_support', 's.support_id', 's.updated_at', described),
    ('tax', 'wage_income', "concat(s.return_id, ':', s.line_no)", 's.filed_at', dict(
        dict(number, **name), personal_number=number_or_tax, number_given=number_given('s.identity_number'),
        tax_code='s.employee_tax_code'
    )),
    ('health', 'claim', 's.claim_id', 's.submitted_date', dict(
        described, sex=sex, si_number=si_key, is_newborn='s.is_newborn',
        residence_province="case when s.discharged_at < cast('2025-07-01' as date) then s.residence_province_code end"
    )),
    ('health', 'birth_certificate', "concat(s.claim_id, ':', s.birth_number)", 's.submitted_date', {
        'personal_number': 's.mother_personal_number_key',
        'personal_number_restored': 's.mother_personal_number_restored',
        'number_given': number_given('s.mother_personal_number', 's.mother_'),
        'old_id_number': 's.mother_old_id_key',
        'si_number': 'coalesce(s.mother_si_number_key, ' ~ card_si_number('s.mother_hi_card_number') ~ ')',
        'full_name': clean_name('s.mother_name'),
        'name_key': 's.mother_name_key',
        'born_on': 's.mother_born_on',
        'birth_precision': 's.mother_birth_precision',
        'sex': "'F'",
    }),
    ('health', 'sick_leave', 's.claim_id', 's.submitted_date', {
        'si_number': 'coalesce(s.si_number_key, s.card_si_number_key)'
    }),
] -%}

-- One shape for every record that names a person. Records that describe it alike are one node of the linkage.
with residence as (
    -- The province before the merger, of the last permanent spell: the one list that all registries have used.
    select
        personal_number,
        substring(max(concat(valid_from, province_code)), 11) as province_code
    from {{ ref('stg_population__residence') }}
    where area_list = '63' and residence_type = 'permanent'
    group by personal_number
),

-- A contributor is a record of the first batch that has the number.
contributor as (
    select
        si_number,
        min(updated_at) as updated_at,
        min(_batch_id) as _batch_id
    from {{ ref('stg_vss__contribution') }}
    group by si_number
),

record as (
    {%- for registry, dataset, record_id, recorded_at, attributes in records %}
    select
        '{{ registry }}' as registry,
        '{{ dataset }}' as dataset,
        {{ record_id }} as record_id,
        {%- for attribute, type in identity_attributes().items() %}
        cast({{ attributes.get(attribute, 'false' if type == 'boolean' else 'null') }} as {{ type }}) as {{ attribute }},
        {%- endfor %}
        cast({{ recorded_at }} as {{ dbt.type_timestamp() }}) as recorded_at,
        s._batch_id
    from {{ 'contributor' if dataset == 'contribution' else ref('stg_' ~ registry ~ '__' ~ dataset) }} as s
    {%- if dataset == 'person' %}
    left join residence on s.personal_number = residence.personal_number
    {%- endif %}
    where {{ record_in_work(registry, dataset, record_id) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    cast(registry as {{ dbt.type_string() }}) as registry,
    cast(dataset as {{ dbt.type_string() }}) as dataset,
    record_id,
    {%- for attribute in identity_attributes() %}
    {{ attribute }},
    {%- endfor %}
    recorded_at,
    _batch_id,
    {{ node_id() }} as node_id
from record
