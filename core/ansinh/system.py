"""The running system: what `up` starts and `down` stops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ansinh import database, server
from ansinh.settings import get_settings, secret

_OTHERS = """
    select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
"""


def up() -> None:
    """Start the embedded server, the registries and Airflow, set up the warehouse, and say where things are.

    Raises:
        AnsinhError: a part does not start; the message names its log.
    """
    from ansinh import airflow

    database.bootstrap()
    airflow.start(print)
    with airflow.api() as client:
        airflow.set_up(client, _addresses())
    url = database.role_url(database.Role.BI)
    print(f"Airflow     {airflow.api_url()} (user {airflow.USER}, password {secret('airflow_admin')})")
    print(f"PostgreSQL  {url.host}:{url.port or 5432}, database {url.database}")
    print('Next: eval "$(./ansinh env)" for psql, dbt and airflow; ./ansinh down stops everything.')


def down() -> None:
    """Stop Airflow, the sandbox and the embedded server; parts that are not running are left out."""
    from ansinh import airflow
    from sandbox import serve

    airflow.stop()
    serve.stop()
    if server.is_initialised():
        server.stop()
    print("Everything is stopped.")


@contextmanager
def registries() -> Iterator[None]:
    """Let the sandbox's registries answer where the settings name none and a sandbox country is at hand."""
    pid_file = get_settings().sandbox_dir / "server.pid"
    was_running = pid_file.exists()
    os.environ.update(_addresses())
    try:
        yield
    finally:
        if pid_file.exists() and not was_running:
            from sandbox import serve

            serve.stop()


def _addresses() -> dict[str, str]:
    """Return the registries' addresses: the settings' own, and the sandbox for the rest if a country is at hand."""
    from connectors.contract import registries as names

    variables = [f"ANSINH_REGISTRY_{name.upper()}" for name in names()]
    own = {name: os.environ[name] for name in variables if os.environ.get(name)}
    folder = get_settings().sandbox_dir
    if len(own) == len(variables) or not (folder / "world.json").exists():
        return own
    from sandbox import serve

    return serve.start(folder) | own


def stop_server_if_unused() -> None:
    """Stop the embedded server unless another program is connected to it."""
    if get_settings().database_url is not None or server.running_port() is None:
        return
    with psycopg.connect(server.admin_url()) as connection:
        row = connection.execute(_OTHERS).fetchone()
    if row == (0,):
        server.stop()
