"""The warehouse database: roles, schemas, ledgers, and connections for each role."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from importlib import resources

import psycopg
import sqlalchemy as sa
from psycopg import sql

from ansinh import server
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings, secret

_EMBEDDED_DATABASE = "ansinh"
_OLDEST_SERVER = 140000
# Any number; it lets one process at a time change roles and grants.
_BOOTSTRAP_LOCK = 7_262_646


class Role(StrEnum):
    """Who connects. Each role reads and writes only what its stage needs (see `sql/bootstrap.sql`)."""

    LOADER = "ansinh_loader"
    TRANSFORMER = "ansinh_transformer"
    CHECKER = "ansinh_checker"
    PUBLISHER = "ansinh_publisher"
    STEWARD = "ansinh_steward"
    BI = "ansinh_bi"


def admin_url(database: str | None = None) -> sa.URL:
    """Return the administrator's URL, of the warehouse or of another database on the same server."""
    external = get_settings().database_url
    url = sa.make_url(external or server.admin_url()).set(drivername="postgresql+psycopg")
    if database is not None:
        return url.set(database=database)
    return url if external else url.set(database=_EMBEDDED_DATABASE)


def role_url(role: Role) -> sa.URL:
    """Return the URL of a role in the warehouse."""
    return admin_url().set(username=role.value, password=secret(role.value))


def engine(role: Role) -> sa.Engine:
    """Return a SQLAlchemy engine for a role; callers dispose of it."""
    return sa.create_engine(role_url(role), pool_pre_ping=True)


def connect(role: Role) -> psycopg.Connection:
    """Return a psycopg connection for a role, for COPY and transactions.

    Raises:
        AnsinhError: the database cannot be reached or has not been set up.
    """
    return _connect(role_url(role))


def bootstrap() -> None:
    """Create the database, roles, schemas and ledgers where they are missing; safe to run again.

    Raises:
        AnsinhError: the server cannot be reached, is older than PostgreSQL 14, or the user may not create roles.
    """
    if get_settings().database_url is None:
        ensure_database(_EMBEDDED_DATABASE)
    try:
        _bootstrap()
    except psycopg.errors.InsufficientPrivilege as error:
        url = admin_url()
        raise AnsinhError(
            f"{url.username} may not set up the database {url.database}: {error.diag.message_primary}.",
            "Let ANSINH_DATABASE_URL name the database's owner with the CREATEROLE privilege.",
        ) from error


def _bootstrap() -> None:
    with _connect(admin_url()) as connection:
        if connection.info.server_version < _OLDEST_SERVER:
            raise AnsinhError(
                f"The server is PostgreSQL {connection.info.server_version // 10000}.",
                "Use PostgreSQL 14 or later.",
            )
        connection.execute("select pg_advisory_xact_lock(%s)", [_BOOTSTRAP_LOCK])
        for role in Role:
            ensure_role(connection, role.value, secret(role.value))
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("revoke all on database {} from public").format(database))
        for role in Role:
            grant = sql.SQL("grant connect on database {} to {}")
            connection.execute(grant.format(database, sql.Identifier(role.value)))
        # dbt checks for its schemas with CREATE SCHEMA IF NOT EXISTS, which asks for this privilege.
        create = sql.SQL("grant create, temporary on database {} to {}")
        connection.execute(create.format(database, sql.Identifier(Role.TRANSFORMER.value)))
        temporary = sql.SQL("grant temporary on database {} to {}, {}")
        connection.execute(
            temporary.format(database, sql.Identifier(Role.LOADER.value), sql.Identifier(Role.CHECKER.value))
        )
        for script in ("bootstrap", "release"):
            connection.execute(resources.files("ansinh.sql").joinpath(f"{script}.sql").read_bytes())


def require_setup() -> None:
    """Refuse to go on where the warehouse has not been set up; never makes or starts anything new.

    Raises:
        AnsinhError: nothing has been set up here yet.
    """
    if get_settings().database_url is None and not server.is_initialised():
        raise AnsinhError("There is no warehouse here yet.", "Run ./ansinh run, or ./ansinh up for an empty one.")


def ensure_role(connection: psycopg.Connection, name: str, password: str) -> None:
    """Create a login role if it is missing, give it the password, and let the administrator act for it."""
    known = connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
    if not known:
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(name)))
    # Hashed here, so that the password itself never reaches the server or its log.
    hashed = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("alter role {} password {}")
    connection.execute(statement.format(sql.Identifier(name), sql.Literal(hashed)))
    connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(name)))


def ensure_database(name: str, owner: str | None = None) -> None:
    """Create a database on the server if it is missing."""
    with _connect(_maintenance_url(), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        if owner is not None:
            statement = sql.SQL("alter database {} owner to {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))


def drop_database(name: str) -> None:
    """Remove a database and end who is still connected to it."""
    with _connect(_maintenance_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _maintenance_url() -> sa.URL:
    return admin_url() if get_settings().database_url else admin_url("postgres")


def _connect(url: sa.URL, *, autocommit: bool = False) -> psycopg.Connection:
    target = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        return psycopg.connect(target, autocommit=autocommit)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise AnsinhError(
            f"Cannot connect to the database {url.database} as {url.username}: {reason}",
            "Run ./ansinh up, or check ANSINH_DATABASE_URL.",
        ) from error
