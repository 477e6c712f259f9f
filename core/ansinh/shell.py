"""Exports for people who use psql, dbt and airflow with their own commands on this tree."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from ansinh import TELEMETRY_OFF, airflow, database, server
from ansinh.errors import AnsinhError
from ansinh.settings import PROJECT_ROOT, get_settings


def exports(role: str) -> str:
    """Return shell lines that set the environment; psql connects as `role` (`bi`, `steward`, ...).

    Raises:
        AnsinhError: the role is unknown or the database cannot be reached.
    """
    roles = {member.value.removeprefix("ansinh_"): member for member in database.Role}
    if role not in roles:
        raise AnsinhError(f"There is no database role '{role}'.", f"Name one of {', '.join(roles)}.")
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in _environment(roles[role]).items())


def _environment(role: database.Role) -> dict[str, str]:
    database.require_setup()
    if get_settings().database_url is None and server.running_port() is None:
        raise AnsinhError("The database is not running.", "Run ./ansinh up.")
    url = database.role_url(role)
    dbt = database.role_url(database.Role.TRANSFORMER)
    psql = {
        "PGHOST": url.host or "",
        "PGPORT": str(url.port or 5432),
        "PGDATABASE": url.database or "",
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password),
    }
    return {
        # Our tools come first, the psql of the embedded server last: your own psql wins.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), _without_venv(), str(server.binaries())]),
        "ANSINH_HOME": str(get_settings().home),
        "ANSINH_DBT_HOST": dbt.host or "",
        "ANSINH_DBT_PORT": str(dbt.port or 5432),
        "ANSINH_DBT_DATABASE": dbt.database or "",
        "ANSINH_DBT_USER": dbt.username or "",
        "ANSINH_DBT_PASSWORD": str(dbt.password),
        "DBT_PROJECT_DIR": str(PROJECT_ROOT / "dbt_project"),
        "DBT_PROFILES_DIR": str(PROJECT_ROOT / "dbt_project"),
        "DBT_TARGET_PATH": str(get_settings().home / "dbt" / "target"),
        "DBT_LOG_PATH": str(get_settings().home / "dbt" / "logs"),
        **psql,
        **airflow.environment(),
        **TELEMETRY_OFF,
    }


def _without_venv() -> str:
    own = str(Path(sys.executable).parent)
    return os.pathsep.join(part for part in os.environ.get("PATH", "").split(os.pathsep) if part != own)
