-- Identifiers that fresh nodes carry, and those that were replaced by them or replace them.
create temp table wanted as
select kind, value from fresh_identifier
union
-- A tax code of twelve digits is a personal number.
select 'personal_number' as kind, value from fresh_identifier where kind = 'tax_code' and length(value) = 12
union
select 'tax_code' as kind, value from fresh_identifier where kind = 'personal_number' and dataset = 'person'
union
select 'personal_number' as kind, replaced.new_number as value
from replaced
inner join fresh_identifier as carried on replaced.old_number = carried.value and carried.kind <> 'si_number'
union
select
    case length(replaced.old_number) when 12 then 'personal_number' when 10 then 'tax_code' else 'old_id_number' end
        as kind,
    replaced.old_number as value
from replaced
inner join fresh_record on replaced.new_number = fresh_record.personal_number;
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
