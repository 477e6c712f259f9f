{%- set known = [
    'person_key', 'merged_into', 'valid_from', 'valid_to', 'spine', 'birth_date', 'birth_precision',
    'birth_month_number', 'sex', 'life_status', 'death_date', 'armed_forces', 'ethnicity',
    'personal_number_verified',
    'first_si_month', 'declared_area_34', 'declared_area_63', 'retirement_month',
] -%}
{{ config(
    materialized='incremental',
    incremental_strategy='history_append',
    unique_key=['person_key'],
    full_refresh=false,
    indexes=[{'columns': ['person_key']}]
) }}

-- Two times: when it was true (valid), and when it was believed here (known). The valid times of a person follow each
-- other without a gap from birth on: alive until a death or emigration, that status from then on.
with person as (
    select
        person.*,
        coalesce(person.death_date, person.left_on) as ended_on,
        coalesce(person.born_on, cast('1900-01-01' as date)) as began_on,
        cohort.retirement_month,
        {{ area_34('person.declared_area_list', 'person.declared_area') }} as declared_area_34,
        {{ area_63('person.declared_area_list', 'person.declared_area') }} as declared_area_63
    from {{ ref('int_persons_described') }} as person
    left join {{ ref('int_retirement_cohorts') }} as cohort
        on person.sex = cohort.sex and {{ month_start('person.born_on') }} = cohort.birth_month
    {{ join_crosswalk('person.declared_area_list', 'person.declared_area') }}
),

spell as (
    select
        person.*,
        began_on as valid_from,
        cast(coalesce({{ dbt.dateadd('day', -1, 'ended_on') }}, {{ forever() }}) as date) as valid_to,
        case when ended_on is null then life_status else 'alive' end as status
    from person
    where ended_on is null or began_on < ended_on
    union all
    select
        person.*,
        ended_on as valid_from,
        {{ forever() }} as valid_to,
        life_status as status
    from person
    where ended_on is not null
),

believed as (
    select
        person_key,
        merged_into,
        valid_from,
        valid_to,
        spine,
        born_on as birth_date,
        birth_precision,
        {{ month_number('born_on') }} as birth_month_number,
        sex,
        cast(case when merged_into is null then status else 'merged' end as {{ dbt.type_string() }}) as life_status,
        death_date,
        armed_forces,
        ethnicity,
        personal_number_verified,
        first_si_month,
        declared_area_34,
        declared_area_63,
        retirement_month
    from spell
)

select
    {{ known | join(',\n    ') }},
    {{ build_start() }} as known_from,
    {{ never() }} as known_to,
    valid_to = {{ forever() }} as is_current
from believed
{%- if is_incremental() %}
where person_key in (
    select changed.person_key
    from (
        select {{ known | join(', ') }} from believed
        except
        select {{ known | join(', ') }} from {{ this }} where known_to = {{ never() }}
    ) as changed
)
{%- endif %}
