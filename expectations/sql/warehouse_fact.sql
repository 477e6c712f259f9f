-- One row per fact table: does it fit the persons, is its grain kept, is its order of time possible.
with benefit as (
    select 'fct_benefit' as dataset, person_key, benefit_from as happened from warehouse.fct_benefit
    where status = 'granted' and benefit_type <> 'survivor'
),

event as (
    select 'fct_contribution_month' as dataset, person_key, month as happened from warehouse.fct_contribution_month
    union all
    -- A card is given out before it is valid; what counts is a card given out to the dead.
    select 'fct_hi_card', person_key, valid_from from warehouse.fct_hi_card
    union all
    select 'fct_claim', person_key, admitted_on from warehouse.fct_claim
    union all
    select dataset, person_key, happened from benefit
    union all
    select 'fct_payment_month', person_key, month from warehouse.fct_payment_month where benefit_type <> 'survivor'
    union all
    select 'fct_labour_contract', person_key, start_date from warehouse.fct_labour_contract
    union all
    select 'fct_wage_year', person_key, month from warehouse.fct_wage_year
),

fitted as (
    select
        event.dataset,
        count(*) as records,
        count(event.person_key) - count(person.person_key) as orphans,
        avg(coalesce(event.happened > person.death_date, false)::integer)::double precision as after_death_share
    from event
    left join warehouse.dim_person as person
        on event.person_key = person.person_key and person.is_current and person.merged_into is null
    group by event.dataset
),

duplicate as (
    select 'fct_contribution_month' as dataset, count(*) as duplicates
    from (
        select 1 from warehouse.fct_contribution_month
        group by month, person_key, employer_key, kind
        having count(*) > 1
    ) as repeated
    union all
    select 'fct_wage_year', count(*)
    from (select 1 from warehouse.fct_wage_year group by tax_year, return_id, line_no having count(*) > 1) as repeated
    union all
    select 'fct_payment_month', count(*) - count(distinct payment_id) from warehouse.fct_payment_month
    union all
    select 'fct_claim', count(*) - count(distinct claim_id) from warehouse.fct_claim
    union all
    select 'fct_hi_card', count(*) - count(distinct card_id) from warehouse.fct_hi_card
    union all
    select 'fct_benefit', count(*) - count(distinct decision_id) from warehouse.fct_benefit
    union all
    select 'fct_labour_contract', count(*) - count(distinct contract_id) from warehouse.fct_labour_contract
),

card as (
    select
        'fct_hi_card' as dataset,
        avg(coalesce(valid_from <= earlier_to, false)::integer)::double precision as overlap_share
    from (
        select
            valid_from,
            max(valid_to) over (
                partition by person_key order by valid_from, valid_to, card_id
                rows between unbounded preceding and 1 preceding
            ) as earlier_to
        from warehouse.fct_hi_card
        where status = 'valid' and person_key is not null
    ) as spell
),

line as (
    select
        'fct_claim' as dataset,
        avg((drug_lines_amount + service_lines_amount <> amount_insured_scope)::integer)::double precision
            as lines_disagree_share
    from warehouse.fct_claim
)

-- Every fact table has its row, also where it is empty.
select
    duplicate.dataset,
    -- Wages come once a year: until the first ones are delivered their table is rightly empty.
    case
        when duplicate.dataset <> 'fct_wage_year' or exists (select 1 from staging.stg_tax__wage_income)
            then coalesce(fitted.records, 0)
    end as records,
    coalesce(fitted.orphans, 0) as orphans,
    duplicate.duplicates,
    fitted.after_death_share,
    card.overlap_share,
    line.lines_disagree_share
from duplicate
left join fitted using (dataset)
left join card using (dataset)
left join line using (dataset)
