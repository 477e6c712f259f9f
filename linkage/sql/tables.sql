-- What the linkage keeps: persons and their nodes, the evidence, what stewards decided, and each run. Every statement
-- can be run again. A node is one distinct description of a person in a data set (see identity.record).

-- Every key that was ever given. A key is never given again; the key of a merged person leads to the one in force.
create table if not exists identity.person (
    person_key bigint primary key,
    assigned_at timestamptz not null,
    run_id bigint not null,
    merged_into bigint
);
create index if not exists person_merged on identity.person (merged_into) where merged_into is not null;

-- The clusters. The record is one of those that the node stands for: the key goes with it when its attributes change.
create table if not exists identity.node_person (
    node_id uuid primary key,
    person_key bigint not null,
    dataset text not null,
    record_id text not null,
    run_id bigint not null,
    linked_at timestamptz not null
);
create index if not exists node_person_key on identity.node_person (person_key);

create table if not exists identity.edge (
    left_node uuid not null,
    right_node uuid not null,
    method text not null check (method in ('rule', 'model', 'steward')),
    rule text,
    probability double precision,
    weight double precision,
    model_version text not null,
    run_id bigint not null,
    made_at timestamptz not null
);
-- Both ends of a person's evidence are nodes of the person, so one index finds it.
create index if not exists edge_left on identity.edge (left_node);
comment on table identity.edge is 'Accepted evidence that two nodes are one person, by the run that found it.';

create table if not exists identity.doubtful (
    left_node uuid not null,
    right_node uuid not null,
    probability double precision,
    weight double precision,
    reason text not null,
    records bigint not null,
    run_id bigint not null
);
comment on table identity.doubtful is 'Pairs for a steward to look at; records is how many records the answer moves.';

create table if not exists identity.person_event (
    event_id bigint generated always as identity primary key,
    run_id bigint not null,
    happened_at timestamptz not null,
    kind text not null check (kind in ('merged', 'split', 'emptied')),
    person_key bigint not null,
    other_key bigint,
    cause text not null
);
create index if not exists person_event_key on identity.person_event (person_key);
create index if not exists person_event_other on identity.person_event (other_key);
comment on table identity.person_event is
'merged: person_key became other_key. split: a part of person_key became other_key. emptied: no record is left.';

-- Stewards decide about records, which stay when their attributes change. The newest decision on a pair is in force.
create table if not exists identity.decision (
    decision_id bigint generated always as identity primary key,
    left_dataset text not null,
    left_record text not null,
    right_dataset text not null,
    right_record text not null,
    verdict text not null check (verdict in ('link', 'unlink')),
    reason text not null check (reason <> ''),
    decided_by text not null check (decided_by <> ''),
    decided_at timestamptz not null default clock_timestamp(),
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawn_reason text,
    check ((left_dataset, left_record) < (right_dataset, right_record))
);
create unique index if not exists decision_in_force
on identity.decision (left_dataset, left_record, right_dataset, right_record) where withdrawn_at is null;
grant select, insert, update (withdrawn_at, withdrawn_by, withdrawn_reason) on identity.decision to ansinh_steward;

-- Replaced identifiers that the last run knew, each with the personal number in force.
create table if not exists identity.replaced_number (
    old_number text not null,
    new_number text not null,
    primary key (old_number, new_number)
);

-- Since the last run (see watch.sql): nodes with how many records they gained, or lost, below 0, and one of those lost;
-- and numbers of which something else is reported.
create table if not exists identity.changed_node (
    node_id uuid not null,
    records bigint not null,
    lost_record text
);
create table if not exists identity.changed_number (
    old_number text
);

create table if not exists identity.run (
    run_id bigint generated always as identity primary key,
    kind text not null check (kind in ('full', 'increment')),
    model_version text not null,
    started_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp(),
    nodes bigint not null,
    fresh_nodes bigint not null,
    edges bigint not null,
    persons bigint not null,
    merges bigint not null,
    splits bigint not null,
    doubtful bigint not null,
    seconds double precision not null,
    report jsonb not null
);
comment on table identity.run is
'Each run: nodes looked at, of these fresh, edges made, keys given, merges and splits, pairs in doubt, seconds.';
