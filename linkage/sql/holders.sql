-- Identifiers that fresh nodes carry, and those that were replaced by them or replace them.
create temp table wanted as
select 'personal_number' as kind, personal_number as value from fresh_record
union
select 'old_id_number' as kind, old_id_number as value from fresh_record
union
select 'si_number' as kind, si_number as value from fresh_record
union
select 'tax_code' as kind, tax_code as value from fresh_record
union
-- A tax code of twelve digits is a personal number.
select 'personal_number' as kind, tax_code as value from fresh_record where length(tax_code) = 12
union
select 'tax_code' as kind, personal_number as value from fresh_record where dataset = 'person'
union
select 'personal_number' as kind, replaced.new_number as value
from replaced
inner join (
    select personal_number as number from fresh_record
    union
    select old_id_number from fresh_record
    union
    select tax_code from fresh_record
) as carried on replaced.old_number = carried.number
union
select
    case length(replaced.old_number) when 12 then 'personal_number' when 10 then 'tax_code' else 'old_id_number' end
        as kind,
    replaced.old_number as value
from replaced
inner join fresh_record on replaced.new_number = fresh_record.personal_number;
delete from wanted where value is null;
analyze wanted;

-- Who else carries them. Of an identifier that a registry gives to everyone a few hundred records are enough to tell.
create temp table carried as
select wanted.kind, wanted.value, record.registry, record.node_id, record.name_key
from wanted
inner join identity.record as record on wanted.kind = 'personal_number' and wanted.value = record.personal_number
union all
select wanted.kind, wanted.value, record.registry, record.node_id, record.name_key
from wanted
inner join identity.record as record on wanted.kind = 'old_id_number' and wanted.value = record.old_id_number
union all
select wanted.kind, wanted.value, record.registry, record.node_id, record.name_key
from wanted
inner join identity.record as record on wanted.kind = 'si_number' and wanted.value = record.si_number
union all
select wanted.kind, wanted.value, record.registry, record.node_id, record.name_key
from wanted
inner join identity.record as record on wanted.kind = 'tax_code' and wanted.value = record.tax_code;
analyze carried;

create temp table crowded as
select kind, value, registry
from carried
group by kind, value, registry
having count(*) > 300;
analyze crowded;

create temp table holder as
with thinned as (
    select kind, value, node_id, name_key
    from (
        select
            carried.*,
            row_number() over (
                partition by carried.kind, carried.value, carried.registry order by carried.node_id
            ) as place
        from carried
        inner join crowded
            on
                carried.kind = crowded.kind
                and carried.value = crowded.value
                and carried.registry = crowded.registry
    ) as placed
    where place <= 300
    union all
    select kind, value, node_id, name_key
    from carried
    where (kind, value, registry) not in (select crowded.kind, crowded.value, crowded.registry from crowded)
)

select thinned.*, node.person_key
from thinned
left join identity.node_person as node on thinned.node_id = node.node_id;
analyze holder;
