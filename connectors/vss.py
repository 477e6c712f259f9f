"""VSS: the agency's own ledgers, a database reached through SQLAlchemy.

Increments: rows recorded in the month (`updated_at`); corrections of past months arrive as newer versions.
"""

from connectors.sql import SqlSource


class Registry(SqlSource):
    """The ledgers of Viet Nam Social Security."""
