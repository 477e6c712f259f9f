{%- set breakdowns = ['respondent_type', 'channel', 'procedure'] -%}
-- Valid answers to the surveys: 80 points of 100 and more are satisfied.
with response as (
    select
        {{ month_start('survey.response_date') }} as month,
        survey.survey_code,
        coalesce({{ area_34('survey.area_list', 'survey.province_code') }}, '_U') as area_34,
        coalesce(survey.sex_code, '_U') as sex,
        '_T' as age,
        upper(survey.respondent_type) as respondent_type,
        upper(survey.channel) as channel,
        survey.procedure_code as procedure,
        survey.score
    from {{ ref('stg_vss__survey') }} as survey
    {{ join_crosswalk('survey.area_list', 'survey.province_code') }}
    where survey.valid and survey.score is not null
)

{{ count_events(
    'response',
    breakdowns,
    {'responses': 'count(*)', 'satisfied': 'sum(case when score >= 80 then 1 else 0 end)', 'score': 'sum(score)'},
    time='month, survey_code'
) }}
