-- The tables of the engine and of the keys, of what is looked at.
insert into node by name
select * exclude (person_key, sorted_name) from looked_at;

create table before as
select node_id, person_key from looked_at
where person_key is not null;

-- Evidence of earlier runs stays where no end of it is fresh. Both ends are of one person.
create temp table earlier_edge as
with near_end as (
    select node_id, is_fresh from node
    union all
    select node_id, true as is_fresh from lost_node
)

select
    edge.*,
    -- Decisions are looked up again.
    not l.is_fresh and not coalesce(r.is_fresh, true) and edge.method <> 'steward' as is_known
from standing.edge as edge
left join node as r on edge.right_node = r.node_id
inner join near_end as l on edge.left_node = l.node_id;

insert into known_edge
select * exclude (is_known) from earlier_edge
where is_known;

insert into replaced_number
select old_number, new_number
from standing.replaced_number
where
    old_number in (
        select node.personal_number from node
        union all
        select node.tax_code from node
    );

insert into decision
select left_node, right_node, verdict from standing_decision;
