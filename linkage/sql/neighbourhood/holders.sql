-- Numbers that fresh nodes carry, and those that were replaced by them or replace them.
create temp table wanting_number as
with carried as (
    unpivot (
        select node_id, dataset, personal_number, old_id_number, si_number, tax_code from fresh_description
    )
    on personal_number, old_id_number, si_number, tax_code into name kind value number
)

select node_id, kind, number, true as is_own from carried
union all
-- A tax code of twelve digits is a personal number.
select node_id, 'personal_number' as kind, number, false as is_own from carried
where kind = 'tax_code' and length(number) = 12
union all
select node_id, 'tax_code' as kind, number, false as is_own from carried
where kind = 'personal_number' and dataset = 'person'
union all
select carried.node_id, 'personal_number' as kind, replacement.new_number as number, false as is_own
from standing.replaced_number as replacement
inner join carried on replacement.old_number = carried.number and carried.kind <> 'si_number'
union all
select
    carried.node_id,
    case length(replacement.old_number) when 12 then 'personal_number' when 10 then 'tax_code' else 'old_id_number' end
        as kind,
    replacement.old_number as number,
    false as is_own
from standing.replaced_number as replacement
inner join carried on replacement.new_number = carried.number and carried.kind = 'personal_number';

-- Every such number has a place in a list: to join by places is faster than by text.
create temp table wanted as
select
    kind, number,
    cast(row_number() over () as integer) as place,
    number in (select old_number from standing.replaced_number) as is_replaced
from (select distinct kind, number from wanting_number) as found;

create temp table wanting as
select wanting_number.node_id, wanting_number.is_own, wanted.place
from wanting_number
inner join wanted on wanting_number.kind = wanted.kind and wanting_number.number = wanted.number;

drop table wanting_number;

-- Who carries them, fresh nodes too.
create temp table holder as
with found as (
    select wanted.place, wanted.kind, node.rowid as found_at
    from standing.node as node
    inner join wanted on wanted.kind = 'personal_number' and node.personal_number = wanted.number
    union all
    select wanted.place, wanted.kind, node.rowid as found_at
    from standing.node as node
    inner join wanted on wanted.kind = 'si_number' and node.si_number = wanted.number
    union all
    select wanted.place, wanted.kind, node.rowid as found_at
    from standing.node as node
    inner join wanted on wanted.kind = 'old_id_number' and node.old_id_number = wanted.number
    union all
    select wanted.place, wanted.kind, node.rowid as found_at
    from standing.node as node
    inner join wanted on wanted.kind = 'tax_code' and node.tax_code = wanted.number
)

select
    found.place, found.kind, node.node_id, node.person_key, node.registry, node.dataset, node.personal_number,
    node.si_number, node.name_key, node.born_on, node.birth_precision, node.is_newborn
from found
inner join standing.node as node on found.found_at = node.rowid;

-- Of a number that a registry gives to everyone a few hundred descriptions are enough to tell.
create temp table crowded as
with frequent as (
    select place, registry
    from holder
    group by place, registry
    having count(*) > 300
)

select place, registry, node_id as last_node
from holder
semi join frequent on holder.place = frequent.place and holder.registry = frequent.registry
qualify row_number() over (partition by place, registry order by node_id) = 300;

delete from holder
using crowded
where
    holder.place = crowded.place
    and holder.registry = crowded.registry
    and holder.node_id > crowded.last_node;

create temp table holding_person as
select person_key, count(*) as nodes, bool_or(dataset = 'person') as is_registered
from standing.node
where person_key in (select holder.person_key from holder)
group by person_key;
