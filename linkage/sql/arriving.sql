-- What a run changes of what was known, before its own rows arrive.
create temp table gone_node (node_id uuid primary key);
create temp table found_doubt (like identity.doubtful);
create temp table merged_key (person_key bigint primary key, merged_into bigint not null);
