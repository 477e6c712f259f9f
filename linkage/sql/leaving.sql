-- What a run takes away of what was known, before its own rows arrive.
create temp table gone_node (node_id uuid primary key);
create temp table gone_edge (left_node uuid, right_node uuid);
create temp table gone_doubt (left_node uuid, right_node uuid);
create temp table merged_key (person_key bigint primary key, merged_into bigint not null);
