-- What is described for the first time, and where those live now of whom a record left.
insert into standing.node by name
select
    now_described.*,
    cast(seen_new.records as integer) as records,
    sorted_words(name_key) as sorted_name
from now_described
inner join seen_new on now_described.node_id = seen_new.node_id;

update standing.node set residence_province = now_described.residence_province
from now_described
where
    node.node_id = now_described.node_id
    and node.residence_province is distinct from now_described.residence_province;
