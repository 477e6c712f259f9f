{{ config(indexes=[{'columns': ['person_key'], 'unique': true}]) }}

select
    person.person_key,
    person.spine,
    person.born_on as birth_date,
    person.birth_precision,
    {{ month_number('person.born_on') }} as birth_month_number,
    person.sex,
    person.life_status,
    person.death_date,
    person.armed_forces,
    person.personal_number_verified,
    person.first_si_month,
    {{ area_34('person.declared_area_list', 'person.declared_area') }} as declared_area_34,
    {{ area_63('person.declared_area_list', 'person.declared_area') }} as declared_area_63,
    cohort.retirement_month
from {{ ref('int_persons_described') }} as person
left join {{ ref('int_retirement_cohorts') }} as cohort
    on person.sex = cohort.sex and {{ month_start('person.born_on') }} = cohort.birth_month
{{ join_crosswalk('person.declared_area_list', 'person.declared_area') }}
