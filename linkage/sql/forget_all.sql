-- A full run finds all evidence anew. Indexes are made again when their tables are full.
truncate identity.edge, identity.doubtful;
drop index if exists identity.edge_left, identity.node_person_key;
