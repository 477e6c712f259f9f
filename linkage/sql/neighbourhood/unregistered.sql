-- Nodes of persons that are not in the population register: someone who arrives there may be one of them. Their places
-- are found first, so that the other columns are read for them alone.
create temp table unregistered as
with registered as (
    select person_key from standing.node
    where dataset = 'person'
),

placed as (
    select node.rowid as place
    from standing.node as node
    anti join registered on node.person_key = registered.person_key
    where node.person_key is not null
)

select
    node_id, person_key, dataset, name_key, sorted_name, born_on, birth_precision, personal_number, number_given,
    old_id_number, is_newborn
from standing.node
where rowid in (select placed.place from placed);
