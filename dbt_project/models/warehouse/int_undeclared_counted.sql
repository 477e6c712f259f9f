-- Persons whom an employer insured the month before that has declared less than half of them for this one, in months
-- for which late declarations still come; in the full cube of area, sex and age. They are probably missing.
with awaited as (
    select month
    from {{ ref('int_expected_errors') }}
    where evidence = 'contribution' and outstanding_records > 0
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

-- Each month beside the next one that the employer declared, in one pass: pairs of months are not compared.
followed as (
    select
        declared.*,
        {{ add_months('declared.month', 1) }} as month_after,
        lead(declared.month) over (partition by declared.employer_key order by declared.month) as next_month,
        lead(declared.persons) over (partition by declared.employer_key order by declared.month) as next_persons
    from declared
),

silent as (
    select
        awaited.month,
        followed.month as month_before,
        followed.employer_key
    from followed
    inner join awaited on followed.month_after = awaited.month
    where
        case when followed.next_month = followed.month_after then followed.next_persons else 0 end * 2
        < followed.persons
),

candidate as (
    select distinct
        silent.month,
        earlier.person_key
    from silent
    inner join {{ ref('fct_contribution_month') }} as earlier
        on silent.month_before = earlier.month and silent.employer_key = earlier.employer_key
    left join {{ ref('fct_participation_month') }} as present
        on silent.month = present.month and earlier.person_key = present.person_key
    -- Not an anti-join: planners take those for nearly empty, and loop over what is joined after them.
    where earlier.kind = 'compulsory' and not coalesce(present.si_compulsory, false)
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
