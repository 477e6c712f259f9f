-- Links that stewards decided between records with two personal or social insurance numbers; those that concern most
-- records first. A number that replaced the other contradicts nothing.
with decided as (
    select
        decision.decision_id,
        l.node_id as left_node,
        r.node_id as right_node,
        to_jsonb(l.*) as left_record,
        to_jsonb(r.*) as right_record,
        l.personal_number <> r.personal_number
        and not exists (
            select 1 from identity.replaced_number as replaced
            where (replaced.old_number, replaced.new_number) in (
                (l.personal_number, r.personal_number), (r.personal_number, l.personal_number)
            )
        ) as number_differs,
        l.si_number <> r.si_number as si_number_differs
    from identity.decision as decision
    inner join identity.record as l on decision.left_dataset = l.dataset and decision.left_record = l.record_id
    inner join identity.record as r on decision.right_dataset = r.dataset and decision.right_record = r.record_id
    where decision.verdict = 'link' and decision.withdrawn_at is null
)

select
    cast(null as double precision) as probability,
    l.person_key as left_key,
    r.person_key as right_key,
    decided.left_record,
    decided.right_record,
    concat(
        'decision ', decided.decision_id, ' against the ',
        case when decided.number_differs then 'personal number' else 'social insurance number' end
    ) as reason,
    least(
        (select count(*) from identity.record as said where said.node_id = decided.left_node),
        (select count(*) from identity.record as said where said.node_id = decided.right_node)
    ) as records
from decided
inner join identity.node_person as l on decided.left_node = l.node_id
inner join identity.node_person as r on decided.right_node = r.node_id
where decided.number_differs or decided.si_number_differs
order by records desc, decided.decision_id asc
limit %(limit)s;
