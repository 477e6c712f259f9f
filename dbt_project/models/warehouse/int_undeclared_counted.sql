-- Persons whom an employer insured the month before that has declared less than half of them for this one, in months
-- for which late declarations still come; in the full cube of area, sex and age. They are probably missing.
with awaited as (
    select
        expected.month,
        {{ add_months('expected.month', -1) }} as month_before
    from {{ ref('int_expected_errors') }} as expected
    where expected.evidence = 'contribution' and expected.outstanding_records > 0
),

declared as (
    select
        month,
        employer_key,
        count(distinct person_key) as persons
    from {{ ref('fct_contribution_month') }}
    where kind = 'compulsory'
    group by month, employer_key
),

silent as (
    select
        awaited.month,
        before.month as month_before,
        before.employer_key
    from awaited
    inner join declared as before on awaited.month_before = before.month
    left join declared on awaited.month = declared.month and before.employer_key = declared.employer_key
    where coalesce(declared.persons, 0) * 2 < before.persons
),

candidate as (
    select distinct
        silent.month,
        earlier.person_key
    from silent
    inner join {{ ref('fct_contribution_month') }} as earlier
        on silent.month_before = earlier.month and silent.employer_key = earlier.employer_key
    left join {{ ref('fct_participation_month') }} as present
        on silent.month = present.month and earlier.person_key = present.person_key and present.si_compulsory
    where earlier.kind = 'compulsory' and present.person_key is null
),

placed as (
    {{ count_at_month_end('candidate', {'persons': 'true'}) }}
),

counted as (
    {{ count_by_age_group('placed', 'labour_force', ['persons']) }}
)

select
    month,
    coalesce(area_34, 'VN') as area,
    coalesce(sex, '_T') as sex,
    coalesce(age, '_T') as age,
    cast(sum(persons) as {{ dbt.type_bigint() }}) as persons
from counted
group by month, cube (area_34, sex, age)
