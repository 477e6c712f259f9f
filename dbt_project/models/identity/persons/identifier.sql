{{ config(materialized='view') }}

-- Where each identifier leads; one that would lead to two persons is left out.
{% for identifier_type in ['personal_number', 'si_number', 'tax_code', 'old_id_number'] -%}
select
    cast('{{ identifier_type }}' as {{ dbt.type_string() }}) as identifier_type,
    record.{{ identifier_type }} as identifier,
    min(node.person_key) as person_key,
    count(*) as records
from {{ ref('record') }} as record
inner join {{ source('identity', 'node_person') }} as node on record.node_id = node.node_id
where record.{{ identifier_type }} is not null
group by record.{{ identifier_type }}
having min(node.person_key) = max(node.person_key)
{{ 'union all' if not loop.last }}
{% endfor %}
