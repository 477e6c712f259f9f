-- The evidence that holds the nodes of a person together, the strongest first.
select
    edge.left_node::text as left_node,
    edge.right_node::text as right_node,
    edge.method,
    edge.rule,
    edge.probability,
    edge.weight,
    edge.model_version,
    edge.run_id,
    edge.made_at
from identity.edge as edge
inner join identity.node_person as l on edge.left_node = l.node_id
inner join identity.node_person as r on edge.right_node = r.node_id
where l.person_key = %(person_key)s and r.person_key = %(person_key)s
order by edge.weight desc, edge.left_node asc, edge.right_node asc;
