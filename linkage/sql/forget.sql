-- An increment judges every pair of a fresh node anew; what earlier runs found of it goes, and all that lost nodes had.
create temp table judged_node as
select node_id from fresh_node
union
select node_id from lost_node;
create unique index on judged_node (node_id);
analyze judged_node;

delete from identity.edge where left_node in (select judged_node.node_id from judged_node);
delete from identity.edge where right_node in (select judged_node.node_id from judged_node);
delete from identity.doubtful where left_node in (select judged_node.node_id from judged_node);
delete from identity.doubtful where right_node in (select judged_node.node_id from judged_node);
