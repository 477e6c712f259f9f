"""Labour: contracts, unemployment decisions and training support, a database reached through SQLAlchemy.

Increments: rows recorded in the month, and those of the day before it, since offices enter data in long transactions
that become visible after their time stamp. A row seen twice is a harmless duplicate by key and time.
"""

from connectors.sql import SqlSource


class Registry(SqlSource):
    """The registry of the ministry in charge of labour."""

    default_overlap_days = 1
