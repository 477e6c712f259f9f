-- New descriptions that every number leads to one person, and whose name is that of the description where the number
-- meets, or that give none: they belong to this person, whatever else is new. Neither the person's other descriptions
-- are looked at for them nor anybody else's.

-- Where a number meets: the best description that carries it.
create temp table hub as
select place, kind, node_id, name_key, born_on, birth_precision, is_newborn
from pointing
where person_key is not null and kind in ('personal_number', 'si_number')
qualify row_number() over (
    partition by place order by grade(dataset, name_key, is_newborn, born_on), node_id
) = 1;

create temp table meeting as
select
    led.node_id,
    hub.node_id as hub,
    hub.kind,
    led.name_key = hub.name_key as name_agrees,
    birth_agrees(led.born_on, led.birth_precision, hub.born_on, hub.birth_precision) as birth_agrees,
    led.personal_number_restored as is_restored,
    false as is_replaced,
    (led.name_key is null or led.name_key = hub.name_key) and not coalesce(hub.is_newborn, false) as agrees
from wanting
inner join led on wanting.node_id = led.node_id
inner join hub on wanting.place = hub.place
inner join wanted on wanting.place = wanted.place
-- A number that was replaced is judged under the one in force.
where wanting.is_own and not wanted.is_replaced;

create temp table attached as
with settled as (
    select node_id from meeting
    group by node_id
    having bool_and(agrees)
),

sized as (
    select led.*, count(*) over (partition by leads_to) + holding_person.nodes as nodes
    from led
    inner join holding_person on led.leads_to = holding_person.person_key
    where
        led.node_id in (select settled.node_id from settled)
        and led.node_id not in (
            select wanting.node_id from wanting
            where wanting.place in (select uncertain.place from uncertain)
        )
)

select node_id, leads_to as person_key, dataset, record_id
from sized
where nodes <= getvariable('cluster_limit');

-- They are no more fresh than what a run before this one would have linked.
update standing.node set person_key = attached.person_key
from attached
where node.node_id = attached.node_id and node.person_key is null;

delete from fresh_description where node_id in (select attached.node_id from attached);
delete from wanting where node_id in (select attached.node_id from attached);
delete from holder where place not in (select wanting.place from wanting);
