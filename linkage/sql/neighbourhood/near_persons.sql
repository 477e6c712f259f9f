-- Persons come whole: whoever carries a number of a fresh node, resembles one, or stands under a decision with one.
create temp table near_person as
with decided as (
    select node_id, person_key from standing.node
    where
        node_id in (select left_node from standing_decision)
        or node_id in (select right_node from standing_decision)
),

decided_pair as (
    select l.person_key as one, r.person_key as other
    from standing_decision as decision
    inner join decided as l on decision.left_node = l.node_id
    inner join decided as r on decision.right_node = r.node_id
)

select person_key from fresh_person
union
select person_key from look_alike
union
select person_key from holder where person_key is not null
union
select other from decided_pair
where one is null or one in (select fresh_person.person_key from fresh_person)
union
select one from decided_pair
where other is null or other in (select fresh_person.person_key from fresh_person);

create temp table looked_at as
select *, person_key is null or person_key in (select fresh_person.person_key from fresh_person) as is_fresh
from standing.node
where person_key is null or person_key in (select near_person.person_key from near_person);
