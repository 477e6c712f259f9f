-- Releases: what was published, from what, by whose decision. Rows are added and never changed; every statement can be
-- run again.

create table if not exists release.release (
    release_id text primary key,
    period text not null,
    vintage text not null check (vintage in ('estimate', 'preliminary', 'official')),
    content_sha256 text not null,
    path text not null,
    due_at timestamptz not null default clock_timestamp(),
    prepared_at timestamptz not null default clock_timestamp()
);
comment on column release.release.due_at is
'The moment that the files name: the end of the embargo, else the preparation. Whether it was published: release.publication.';

create table if not exists release.observation (
    release_id text not null references release.release,
    indicator text not null,
    freq text not null check (freq in ('M', 'Q', 'A')),
    period text not null,
    area_list text not null,
    area text not null,
    sex text not null,
    age text not null,
    breakdown text not null,
    category text not null,
    numerator numeric,
    denominator numeric,
    value numeric,
    lower numeric,
    upper numeric,
    unit text not null,
    denominator_concept text,
    obs_status text not null,
    conf_status text not null,
    primary key (release_id, indicator, freq, period, area_list, area, sex, age, breakdown, category)
);

create table if not exists release.file (
    release_id text not null references release.release,
    path text not null,
    sha256 text not null,
    bytes bigint not null,
    primary key (release_id, path)
);

-- What a release was made from; with release.batch, all that a rebuild needs. Decisions and corrections stay where
-- personal data may be, and are found again by their time and revision.
create table if not exists release.basis (
    release_id text primary key references release.release,
    code_version text not null,
    code jsonb not null,
    settings jsonb not null,
    methods jsonb not null,
    linkage_model text,
    linked_at timestamptz
);
comment on column release.basis.code is 'SHA-256 of the source files of each room that figures go through.';
comment on column release.basis.methods is 'Method version of each indicator.';
comment on column release.basis.linked_at is 'Start of the linkage run: decisions of stewards up to then are in the figures.';

create table if not exists release.batch (
    release_id text not null references release.release,
    batch_id text not null,
    revision integer not null,
    sha256 text,
    landing_path text,
    primary key (release_id, batch_id)
);

-- How the figures of an indicator differ from those of the release before.
create table if not exists release.revision (
    release_id text not null references release.release,
    previous_id text not null references release.release,
    indicator text not null,
    compared bigint not null,
    moved bigint not null,
    hidden bigint not null,
    shown bigint not null,
    added bigint not null,
    removed bigint not null,
    largest_change numeric,
    unit text not null,
    causes text[] not null,
    primary key (release_id, indicator)
);

create table if not exists release.decision (
    decision_id bigint generated always as identity primary key,
    release_id text not null references release.release,
    verdict text not null check (verdict in ('approved', 'refused')),
    decided_by text not null check (decided_by <> ''),
    reason text not null default '',
    decided_at timestamptz not null default clock_timestamp()
);

create table if not exists release.publication (
    release_id text primary key references release.release,
    published_at timestamptz not null default clock_timestamp()
);

create table if not exists release.withdrawal (
    release_id text primary key references release.publication,
    reason text not null check (reason <> ''),
    withdrawn_by text not null check (withdrawn_by <> ''),
    withdrawn_at timestamptz not null default clock_timestamp()
);

-- Where each release stands: prepared, approved, refused, published, withdrawn.
create or replace view release.state as
select
    release.release_id,
    release.period,
    release.vintage,
    release.content_sha256,
    release.path,
    release.prepared_at,
    release.due_at,
    publication.published_at,
    case
        when withdrawal.release_id is not null then 'withdrawn'
        when publication.release_id is not null then 'published'
        else coalesce(decision.verdict, 'prepared')
    end as state
from release.release
left join release.publication on release.release_id = publication.release_id
left join release.withdrawal on release.release_id = withdrawal.release_id
left join lateral (
    select last.verdict
    from release.decision as last
    where last.release_id = release.release_id
    order by last.decision_id desc
    limit 1
) as decision on true;

-- A published release never changes.
create or replace function release.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'A published release never changes; publish a new vintage instead.';
end $$;
do $$
declare
    name text;
begin
    foreach name in array array[
        'release', 'observation', 'file', 'basis', 'batch', 'revision', 'decision', 'publication', 'withdrawal'
    ] loop
        execute format(
            'create or replace trigger %I before update or delete on release.%I
            for each row execute function release.refuse_change()', name || '_is_immutable', name
        );
    end loop;
end $$;

grant usage on schema release to ansinh_publisher;
grant select, insert on all tables in schema release to ansinh_publisher;
