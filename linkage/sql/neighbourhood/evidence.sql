-- What a run changes of the evidence that stands: pairs of fresh nodes were judged anew, and lost nodes have none.
create temp table judged_node as
select node_id from node where is_fresh
union all
select node_id from lost_node;

create temp table judged_edge as
select * exclude (is_known) from earlier_edge
where not is_known;

create temp table new_edge as
select * from edge
except
select * from judged_edge;

create temp table gone_edge as
select left_node, right_node
from (
    select * from judged_edge
    except
    select * from edge
) as changed
union
-- Known evidence that a cluster refuses now.
select known.left_node, known.right_node
from known_edge as known
semi join doubtful on known.left_node = doubtful.left_node and known.right_node = doubtful.right_node;

create temp table gone_doubt as
select known.left_node, known.right_node
from standing_doubt as known
where
    known.left_node in (select judged_node.node_id from judged_node)
    or known.right_node in (select judged_node.node_id from judged_node)
union
-- A known pair that a cluster still refuses is told again.
select left_node, right_node from doubtful;
