"""Set up a deployment: the warehouse, Airflow's database, its administrator and its pools. Safe to run again.

Runs as the service `prepare` before every other one, with the database administrator's password.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import psycopg

from ansinh import database
from connectors.contract import registries

AIRFLOW = "airflow"


def main() -> None:
    """Do every step; a failure ends the service with a traceback in its log."""
    database.bootstrap()
    url = database.admin_url().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        database.ensure_role(connection, AIRFLOW, os.environ["AIRFLOW_DATABASE_PASSWORD"])
    database.ensure_database(AIRFLOW, owner=AIRFLOW)

    passwords = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    passwords.parent.mkdir(parents=True, exist_ok=True)
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({"admin": os.environ["AIRFLOW_ADMIN_PASSWORD"]}))

    subprocess.run(["airflow", "db", "migrate"], check=True)
    for registry in registries():
        purpose = "Tasks at once that ask this registry for data."
        subprocess.run(["airflow", "pools", "set", f"registry_{registry}", "1", purpose], check=True)


if __name__ == "__main__":
    main()
