"""Airflow's scheduler with the heavy libraries of the rooms imported once.

The workers of the LocalExecutor are forks of the scheduler and each task is a fork of a worker: what is imported here
is there for every task, where each would need seconds to import it.
"""

import sys

import great_expectations  # noqa: F401
from airflow.__main__ import main

if __name__ == "__main__":
    sys.exit(main())  # type: ignore[no-untyped-call]
