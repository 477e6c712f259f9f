-- The month in which each cohort reaches the retirement age: the first rule whose age it reaches while the rule holds.
with cohort as (
    select distinct
        sex,
        {{ month_start('born_on') }} as birth_month
    from {{ ref('int_persons_described') }}
    where sex is not null and born_on is not null
),

reached as (
    select
        cohort.sex,
        cohort.birth_month,
        {{ add_months('cohort.birth_month', 'retirement_age.years * 12 + retirement_age.months') }} as retirement_month,
        coalesce(retirement_age.valid_to, {{ forever() }}) as valid_to
    from cohort
    inner join {{ ref('retirement_age') }} as retirement_age on cohort.sex = retirement_age.sex
)

select
    sex,
    birth_month,
    min(retirement_month) as retirement_month
from reached
where retirement_month <= valid_to
group by sex, birth_month
