-- Schemas and the ledgers that the pipeline keeps of itself. Every statement can be run again.

create schema if not exists ingest authorization ansinh_loader;
create schema if not exists raw authorization ansinh_loader;
create schema if not exists quarantine authorization ansinh_loader;
create schema if not exists staging authorization ansinh_transformer;
create schema if not exists identity authorization ansinh_transformer;
create schema if not exists warehouse authorization ansinh_transformer;
create schema if not exists indicators authorization ansinh_transformer;
create schema if not exists bi authorization ansinh_transformer;
create schema if not exists quality authorization ansinh_checker;
create schema if not exists release authorization ansinh_publisher;

revoke all on schema public from public;

-- One row per registry, data set and period: what was received and what became of it.
create table if not exists ingest.batch (
    batch_id text primary key,
    registry text not null,
    dataset text not null,
    period text not null check (period ~ '^\d{4}-\d{2}$'),
    cursor_from text,
    cursor_to text,
    state text not null check (state in ('landed', 'checked', 'loaded', 'rejected', 'failed')),
    revision integer not null default 1,
    rows_received bigint not null default 0,
    rows_accepted bigint not null default 0,
    rows_quarantined bigint not null default 0,
    bytes bigint not null default 0,
    sha256 text,
    landing_path text,
    contract_version text not null,
    code_version text not null,
    error text,
    landed_at timestamptz not null default clock_timestamp(),
    loaded_at timestamptz,
    unique (registry, dataset, period),
    check (rows_received = rows_accepted + rows_quarantined)
);
comment on table ingest.batch is 'Deliveries: one row per registry, data set and period; states landed, checked, loaded, rejected, failed.';

-- Where the next pull of a data set starts; moved in the transaction that loads the batch.
create table if not exists ingest.cursor (
    registry text not null,
    dataset text not null,
    position text not null,
    period text not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (registry, dataset)
);

-- Files already taken from file-based registries, recognised by name and content.
create table if not exists ingest.file (
    registry text not null,
    path text not null,
    sha256 text not null,
    bytes bigint not null,
    period text not null,
    batch_id text,
    primary key (registry, path, sha256)
);

-- Which revision of a batch a later stage has worked in; an event only wakes the stage, this says what is new.
create table if not exists ingest.consumption (
    consumer text not null,
    batch_id text not null references ingest.batch on delete cascade,
    revision integer not null,
    consumed_at timestamptz not null default clock_timestamp(),
    primary key (consumer, batch_id)
);

-- Every revision of a batch that was ever loaded; the landing file of each is kept, so that each can be loaded again.
create table if not exists ingest.revision (
    batch_id text not null references ingest.batch on delete cascade,
    revision integer not null,
    sha256 text,
    landing_path text,
    contract_version text not null,
    loaded_at timestamptz not null default clock_timestamp(),
    primary key (batch_id, revision)
);
create or replace function ingest.keep_revision() returns trigger language plpgsql as $$
begin
    insert into ingest.revision (batch_id, revision, sha256, landing_path, contract_version)
    values (new.batch_id, new.revision, new.sha256, new.landing_path, new.contract_version)
    on conflict (batch_id, revision) do nothing;
    return null;
end $$;
create or replace trigger revision_is_kept after insert or update on ingest.batch
for each row when (new.state = 'loaded') execute function ingest.keep_revision();

-- Rows held back: the original payload, the rule and the reason.
create table if not exists quarantine.row (
    row_id bigint generated always as identity primary key,
    batch_id text not null,
    registry text not null,
    dataset text not null,
    period text not null,
    row_number bigint not null,
    rule text not null,
    field text,
    reason text not null,
    payload jsonb not null,
    state text not null default 'held' check (state in ('held', 'corrected', 'replayed')),
    quarantined_at timestamptz not null default clock_timestamp(),
    correction jsonb
);
-- Databases of earlier versions lack it.
alter table quarantine.row add column if not exists correction jsonb;
comment on column quarantine.row.correction is 'Corrected values by field name; given again to the same row when its batch is delivered anew.';
create index if not exists row_batch on quarantine.row (batch_id);

-- Rows that were let in from quarantine, each as a revision of its batch; kept when a new delivery replaces the batch.
create table if not exists quarantine.correction (
    batch_id text not null references ingest.batch on delete cascade,
    revision integer not null,
    row_number bigint not null,
    correction jsonb,
    let_in_at timestamptz not null default clock_timestamp(),
    primary key (batch_id, revision)
);

create table if not exists quality.gate_result (
    gate_id bigint generated always as identity primary key,
    stage text not null check (stage in ('landing', 'staging', 'warehouse', 'indicators')),
    suite text not null,
    success boolean not null,
    critical_failed integer not null,
    warning_failed integer not null,
    evaluated integer not null,
    checked_at timestamptz not null default clock_timestamp()
);

create table if not exists quality.expectation_result (
    gate_id bigint not null references quality.gate_result on delete cascade,
    expectation text not null,
    subject text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    success boolean not null,
    observed text,
    batch_id text
);

-- What each landed delivery looks like: shares, counts and means, no value of a person.
create table if not exists quality.batch_profile (
    batch_id text not null,
    measure text not null,
    value double precision,
    note text not null default '',
    profiled_at timestamptz not null default clock_timestamp(),
    primary key (batch_id, measure)
);
comment on table quality.batch_profile is 'Measures of landed deliveries, <field>.<measure> or <measure>; the newest revision of each batch.';

-- How many rows each rule holds back, without what is in them.
create or replace view quality.held as
select registry, dataset, period, rule, count(*) as rows
from quarantine.row
where state = 'held'
group by registry, dataset, period, rule;

-- The newest validation of each suite, as Great Expectations writes it; Data Docs are built from here.
create table if not exists quality.validation (
    suite text primary key,
    stage text not null check (stage in ('landing', 'staging', 'warehouse', 'indicators')),
    expectations jsonb not null,
    result jsonb not null,
    validated_at timestamptz not null default clock_timestamp()
);

alter table ingest.batch owner to ansinh_loader;
alter table ingest.cursor owner to ansinh_loader;
alter table ingest.file owner to ansinh_loader;
alter table ingest.consumption owner to ansinh_loader;
alter table ingest.revision owner to ansinh_loader;
alter table quarantine.row owner to ansinh_loader;
alter table quarantine.correction owner to ansinh_loader;
alter table quality.gate_result owner to ansinh_checker;
alter table quality.expectation_result owner to ansinh_checker;
alter table quality.batch_profile owner to ansinh_checker;
alter table quality.validation owner to ansinh_checker;
alter view quality.held owner to ansinh_checker;

-- Least privilege: who reads and writes what.
grant usage on schema raw, ingest to ansinh_transformer;
grant select on all tables in schema raw, ingest to ansinh_transformer;
grant insert, update on ingest.consumption to ansinh_transformer;
alter default privileges for role ansinh_loader in schema raw grant select on tables to ansinh_transformer;

grant usage on schema ingest, raw, quarantine, staging, identity, warehouse, indicators, bi to ansinh_checker;
grant select on all tables in schema ingest, raw, quarantine, staging, identity, warehouse, indicators, bi
to ansinh_checker;
grant update on ingest.batch to ansinh_checker;
alter default privileges for role ansinh_loader in schema raw grant select on tables to ansinh_checker;
alter default privileges for role ansinh_transformer in schema staging grant select on tables to ansinh_checker;
alter default privileges for role ansinh_transformer in schema identity grant select on tables to ansinh_checker;
alter default privileges for role ansinh_transformer in schema warehouse grant select on tables to ansinh_checker;
alter default privileges for role ansinh_transformer in schema indicators grant select on tables to ansinh_checker;
alter default privileges for role ansinh_transformer in schema bi grant select on tables to ansinh_checker;

grant usage on schema ingest, indicators, bi, quality to ansinh_publisher;
grant select on all tables in schema ingest, indicators, bi, quality to ansinh_publisher;
alter default privileges for role ansinh_transformer in schema indicators grant select on tables to ansinh_publisher;
alter default privileges for role ansinh_transformer in schema bi grant select on tables to ansinh_publisher;

grant usage on schema quarantine, staging, identity, quality, ingest to ansinh_steward;
grant select on all tables in schema quarantine, staging, identity, quality, ingest to ansinh_steward;
alter default privileges for role ansinh_transformer in schema staging grant select on tables to ansinh_steward;
alter default privileges for role ansinh_transformer in schema identity grant select on tables to ansinh_steward;

grant usage on schema bi to ansinh_bi;
grant select on all tables in schema bi to ansinh_bi;
alter default privileges for role ansinh_transformer in schema bi grant select on tables to ansinh_bi;
