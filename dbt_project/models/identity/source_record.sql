{{ config(materialized='view') }}

{#- Column of each data set for each attribute; the attributes are the normalised ones of staging. -#}
{%- set number = {
    'personal_number': 'personal_number_key',
    'personal_number_restored': 'personal_number_restored',
    'old_id_number': 'old_id_key',
} -%}
{%- set described = dict(number, name_key='name_key', born_on='born_on', birth_precision='birth_precision') -%}
{%- set si_number = {'si_number': 'si_number_key'} -%}
{%- set tax_number = "coalesce(personal_number_key, case when not tax_code_is_old then employee_tax_code end)" -%}
{%- set si_or_number = "coalesce(personal_number_key, case when length(si_number) = 12 then si_number end)" -%}
{%- set records = [
    ('labour', 'contract', 'contract_id', described),
    ('labour', 'unemployment_decision', 'decision_id', dict(described, **si_number)),
    ('labour', 'training_support', 'support_id', described),
    ('tax', 'wage_income', "concat(return_id, ':', line_no)", dict(
        number, personal_number=tax_number, tax_code='case when tax_code_is_old then employee_tax_code end',
        name_key='name_key'
    )),
    ('vss', 'benefit_decision', 'decision_id', dict(described, personal_number=si_or_number, **si_number)),
    ('vss', 'hi_card', 'card_id', dict(number, **si_number)),
    ('vss', 'e_account', 'account_id', si_number),
    ('health', 'claim', 'claim_id', dict(described, is_newborn='is_newborn', **si_number)),
    ('health', 'birth_certificate', "concat(claim_id, ':', birth_number)", {
        'personal_number': 'mother_personal_number_key',
        'personal_number_restored': 'mother_personal_number_restored',
        'old_id_number': 'mother_old_id_key',
        'si_number': 'mother_si_number_key',
        'name_key': 'mother_name_key',
        'born_on': 'mother_born_on',
        'birth_precision': 'mother_birth_precision',
    }),
    ('health', 'sick_leave', 'claim_id', {'si_number': 'coalesce(si_number_key, card_si_number_key)'}),
] -%}
{%- set text = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}

-- One shape for every record that names a person.
{% for registry, dataset, record_id, attributes in records -%}
select
    '{{ registry }}' as registry,
    '{{ dataset }}' as dataset,
    {{ record_id }} as record_id,
    {{ attributes.get('personal_number', text) }} as personal_number,
    {{ attributes.get('personal_number_restored', 'false') }} as personal_number_restored,
    {{ attributes.get('old_id_number', text) }} as old_id_number,
    {{ attributes.get('si_number', text) }} as si_number,
    {{ attributes.get('tax_code', text) }} as tax_code,
    {{ attributes.get('name_key', text) }} as name_key,
    {{ attributes.get('born_on', 'cast(null as date)') }} as born_on,
    {{ attributes.get('birth_precision', text) }} as birth_precision,
    {{ attributes.get('is_newborn', 'false') }} as is_newborn,
    _batch_id
from {{ ref("stg_" ~ registry ~ "__" ~ dataset) }}
{{ 'union all' if not loop.last }}
{% endfor %}
