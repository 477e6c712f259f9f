-- Pairs in doubt between two persons, the best of each two persons, those that move most records first.
with decided as (
    select least(lp.person_key, rp.person_key) as one, greatest(lp.person_key, rp.person_key) as other
    from identity.decision as decision
    inner join identity.record as l on decision.left_dataset = l.dataset and decision.left_record = l.record_id
    inner join identity.record as r on decision.right_dataset = r.dataset and decision.right_record = r.record_id
    inner join identity.node_person as lp on l.node_id = lp.node_id
    inner join identity.node_person as rp on r.node_id = rp.node_id
    where decision.withdrawn_at is null
),

open as (
    select
        doubtful.*,
        l.person_key as left_key,
        r.person_key as right_key,
        row_number() over (
            partition by least(l.person_key, r.person_key), greatest(l.person_key, r.person_key)
            order by doubtful.weight desc nulls last, doubtful.left_node asc, doubtful.right_node asc
        ) as place
    from identity.doubtful as doubtful
    inner join identity.node_person as l on doubtful.left_node = l.node_id
    inner join identity.node_person as r on doubtful.right_node = r.node_id
    where
        l.person_key <> r.person_key
        and (%(person_key)s::bigint is null or %(person_key)s::bigint in (l.person_key, r.person_key))
        and (least(l.person_key, r.person_key), greatest(l.person_key, r.person_key)) not in (
            select decided.one, decided.other from decided
        )
),

listed as (
    select * from open
    where place = 1
    order by records desc, probability desc nulls last, left_node asc, right_node asc
    limit %(limit)s
)

select
    listed.records,
    listed.probability,
    listed.reason,
    listed.left_key,
    listed.right_key,
    l.description as left_record,
    r.description as right_record
from listed
inner join lateral (
    select to_jsonb(record.*) as description from identity.record as record
    where record.node_id = listed.left_node
    order by record.record_id limit 1
) as l on true
inner join lateral (
    select to_jsonb(record.*) as description from identity.record as record
    where record.node_id = listed.right_node
    order by record.record_id limit 1
) as r on true
order by listed.records desc, listed.probability desc nulls last, listed.left_node asc, listed.right_node asc;
