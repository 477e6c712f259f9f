-- Identifiers that fresh nodes carry, and those that were replaced by them or replace them.
create temp table wanted as
select kind, value from fresh_identifier
union
-- A tax code of twelve digits is a personal number.
select 'personal_number' as kind, value from fresh_identifier where kind = 'tax_code' and length(value) = 12
union
select 'tax_code' as kind, value from fresh_identifier where kind = 'personal_number' and dataset = 'person'
union
select 'personal_number' as kind, replacement.new_number as value
from standing.replaced_number as replacement
inner join fresh_identifier as carried on replacement.old_number = carried.value and carried.kind <> 'si_number'
union
select
    case length(replacement.old_number) when 12 then 'personal_number' when 10 then 'tax_code' else 'old_id_number' end
        as kind,
    replacement.old_number as value
from standing.replaced_number as replacement
inner join fresh_identifier as carried
    on replacement.new_number = carried.value and carried.kind = 'personal_number';

-- Who else carries them.
create temp table carried as
select wanted.kind, wanted.value, node.registry, node.node_id, node.name_key
from wanted
inner join standing.node as node on wanted.kind = 'personal_number' and wanted.value = node.personal_number
union all
select wanted.kind, wanted.value, node.registry, node.node_id, node.name_key
from wanted
inner join standing.node as node on wanted.kind = 'old_id_number' and wanted.value = node.old_id_number
union all
select wanted.kind, wanted.value, node.registry, node.node_id, node.name_key
from wanted
inner join standing.node as node on wanted.kind = 'si_number' and wanted.value = node.si_number
union all
select wanted.kind, wanted.value, node.registry, node.node_id, node.name_key
from wanted
inner join standing.node as node on wanted.kind = 'tax_code' and wanted.value = node.tax_code;

-- Of an identifier that a registry gives to everyone a few hundred descriptions are enough to tell.
create temp table crowded as
with frequent as (
    select kind, value, registry
    from carried
    group by kind, value, registry
    having count(*) > 300
)

select holding.kind, holding.value, holding.registry, holding.node_id as last_node
from carried as holding
inner join frequent
    on
        holding.kind = frequent.kind
        and holding.value = frequent.value
        and holding.registry = frequent.registry
qualify row_number() over (
    partition by holding.kind, holding.value, holding.registry order by holding.node_id
) = 300;

create temp table holder as
select carried.kind, carried.value, carried.node_id, carried.name_key, member.person_key
from carried
left join crowded
    on
        carried.kind = crowded.kind
        and carried.value = crowded.value
        and carried.registry = crowded.registry
left join standing.member as member on carried.node_id = member.node_id
where crowded.last_node is null or carried.node_id <= crowded.last_node;
