{{ config(indexes=[
    {'columns': ['indicator', 'period', 'area_list', 'area', 'sex', 'age'], 'unique': true}
]) }}

{% for model in ['ind_si_cov', 'ind_si_cov_vol', 'ind_ui_cov', 'ind_hi_cov', 'ind_pens_cov', 'ind_link_rate'] -%}
select
    indicator,
    period,
    area_list,
    area,
    sex,
    age,
    numerator,
    denominator,
    value,
    unit,
    denominator_concept,
    obs_status
from {{ ref(model) }}
{{ 'union all' if not loop.last }}
{% endfor %}
