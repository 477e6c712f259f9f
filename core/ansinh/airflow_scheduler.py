"""Airflow's scheduler with the heavy libraries of the rooms imported once.

The workers of the LocalExecutor are forks of the scheduler and each task is a fork of a worker: what is imported here
is there for every task, where each would need seconds to import it.
"""

import importlib
import sys

_HEAVY = (
    "airflow.dag_processing.dagbag",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "dbt.cli.main",
    "great_expectations",
)

# All inside the guard: a process that a task spawns imports this module anew, and needs nothing of it.
if __name__ == "__main__":
    from airflow.__main__ import main

    for name in _HEAVY:
        importlib.import_module(name)
    sys.exit(main())  # type: ignore[no-untyped-call]
