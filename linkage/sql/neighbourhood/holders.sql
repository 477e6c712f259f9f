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
create temp table carrying as
select
    node_id, person_key, registry, dataset, personal_number, old_id_number, si_number, tax_code, name_key, born_on,
    birth_precision, is_newborn
from standing.node
where
    personal_number in (select wanted.number from wanted where wanted.kind = 'personal_number')
    or si_number in (select wanted.number from wanted where wanted.kind = 'si_number')
    or old_id_number in (select wanted.number from wanted where wanted.kind = 'old_id_number')
    or tax_code in (select wanted.number from wanted where wanted.kind = 'tax_code');

create temp table holder as
select wanted.place, wanted.kind, carrying.*
from carrying
inner join wanted on wanted.kind = 'personal_number' and carrying.personal_number = wanted.number
union all
select wanted.place, wanted.kind, carrying.*
from carrying
inner join wanted on wanted.kind = 'si_number' and carrying.si_number = wanted.number
union all
select wanted.place, wanted.kind, carrying.*
from carrying
inner join wanted on wanted.kind = 'old_id_number' and carrying.old_id_number = wanted.number
union all
select wanted.place, wanted.kind, carrying.*
from carrying
inner join wanted on wanted.kind = 'tax_code' and carrying.tax_code = wanted.number;

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
