-- New descriptions of which every number that is known leads to the same person of the population register.
create temp table led as
with decided_node as (
    select left_node as node_id from standing_decision
    union all
    select right_node from standing_decision
),

eligible as (
    select * from fresh_description
    where
        person_key is null
        -- Candidates for what is in doubt, whom a new description may make likelier.
        and dataset not in ('person', 'participant')
        and not coalesce(is_newborn, false)
        and node_id not in (select decided_node.node_id from decided_node)
        and node_id not in (select lost.node_id from lost where lost.node_id is not null)
),

sole as (
    select wanting.node_id, min(holder.person_key) as person_key
    from wanting
    inner join holder on wanting.place = holder.place
    group by wanting.node_id
    having min(holder.person_key) = max(holder.person_key)
)

select eligible.*, sole.person_key as leads_to
from eligible
inner join sole on eligible.node_id = sole.node_id
inner join holding_person on sole.person_key = holding_person.person_key
anti join fresh_person on sole.person_key = fresh_person.person_key
where holding_person.is_registered;

-- Who carries the same numbers, with the person that this leads to.
create temp table pointing as
select holder.*, coalesce(holder.person_key, led.leads_to) as leads_to
from holder
left join led on holder.node_id = led.node_id
where holder.place in (
    select wanting.place from wanting
    where wanting.node_id in (select pointer.node_id from led as pointer)
);

-- Numbers that lead to nobody for certain: other descriptions that carry them lead elsewhere, or they are evidence of
-- nothing (see linkage.preparation).
create temp table uncertain as
with frequent as (
    select place, registry
    from pointing
    group by place, registry
    having count(*) > getvariable('shared_identifier_limit')
)

select place
from pointing
group by place
having min(leads_to) < max(leads_to) or bool_or(leads_to is null)
union
select place
from pointing
semi join frequent on pointing.place = frequent.place and pointing.registry = frequent.registry
group by place, registry
having
    greatest(count(distinct name_key), count(distinct personal_number), count(distinct si_number))
    > getvariable('shared_identifier_limit')
union
select place from crowded
union
select place from wanted
where is_placeholder(number);
