-- The tables of the engine and of the keys, of what is looked at.
insert into node by name
select * exclude (person_key, sorted_name) from looked_at;

create table before as
select node_id, person_key from looked_at
where person_key is not null;

-- Evidence of earlier runs stays where no end of it is fresh. Both ends are of one person.
create temp table earlier_edge as
with known as (
    select *, true as is_written from standing.edge
    union all
    select *, false as is_written from attached_edge
),

near_end as (
    select node_id, is_fresh from node
    union all
    select node_id, true as is_fresh from lost_node
)

select
    known.*,
    -- Decisions are looked up again.
    not l.is_fresh and not coalesce(r.is_fresh, true) and known.method <> 'steward' as is_known
from known
left join node as r on known.right_node = r.node_id
inner join near_end as l on known.left_node = l.node_id;

insert into known_edge
select * exclude (is_known, is_written) from earlier_edge
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
