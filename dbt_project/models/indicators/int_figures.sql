{{ config(materialized='view') }}

-- All indicators of the catalogue, one model each.
{% for id in var('indicators') -%}
select * from {{ ref('ind_' ~ id | lower) }}
{{ 'union all' if not loop.last }}
{% endfor %}
