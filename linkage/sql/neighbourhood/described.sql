-- What is described for the first time, and where those live now of whom a record left.
insert into standing.node by name
select
    newly_described.*,
    cast(seen_new.records as integer) as records,
    sorted_words(name_key) as sorted_name
from newly_described
inner join seen_new on newly_described.node_id = seen_new.node_id;

update standing.node set residence_province = living.residence_province
from living
where node.node_id = living.node_id and node.residence_province is distinct from living.residence_province;
