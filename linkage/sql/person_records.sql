-- The distinct descriptions of a person: the population register first, then those that most records say.
select
    described.node_id::text as node_id,
    described.registry,
    described.dataset,
    described.record_id,
    described.records,
    described.full_name,
    described.name_key,
    described.born_on,
    described.birth_precision,
    described.sex,
    described.personal_number,
    described.number_given,
    described.old_id_number,
    described.si_number,
    described.tax_code,
    described.province,
    described.is_newborn,
    described.linked_at
from (
    select
        record.*,
        node.linked_at,
        count(*) over (partition by record.node_id) as records,
        row_number() over (partition by record.node_id order by record.record_id) as place
    from identity.node_person as node
    inner join identity.record as record on node.node_id = record.node_id
    where node.person_key = %(person_key)s
) as described
where described.place = 1
order by described.dataset = 'person' desc, described.records desc, described.dataset asc, described.record_id asc;
