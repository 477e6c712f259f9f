"""Which pairs the model looks at: those that share one of some keys, each of which survives another kind of error.

A blocking rule is a pair of expressions, over `l` and `r`, whose equality makes a pair. The keys are joined by hash, so
the work grows with the pairs, not with the nodes squared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Block:
    """Pairs whose keys are equal.

    Attributes:
        left: SQL of the key of one side, over the columns of a row `{side}`; null is equal to nothing.
        right: that of the other side, where it differs.
    """

    left: str
    right: str | None = None

    def keys(self) -> tuple[str, str]:
        """Return the SQL of both keys, over `l` and `r`."""
        return self.left.format(side="l"), (self.right or self.left).format(side="r")


def _joined(*parts: str) -> str:
    return " || '|' || ".join(f"({part})" for part in parts)


_NAME = "{side}.sorted_name"
_DAY = "case when {side}.birth_precision = 'day' then {side}.born_on end::varchar"
_YEAR = "year({side}.born_on)::varchar"
_EXCHANGED = (
    "case when {side}.birth_precision = 'day' and day({side}.born_on) <= 12 "
    "then make_date(year({side}.born_on), day({side}.born_on), month({side}.born_on)) end::varchar"
)
BLOCKS = (
    # Any slip in the name but in its first or last word, words in another order, a missing middle name.
    Block(_joined(_DAY, "{side}.first_word")),
    Block(_joined(_DAY, "{side}.last_word")),
    Block(_joined(_DAY, _NAME)),
    # A slip in the birth date, or the year alone.
    Block(_joined(_YEAR, _NAME)),
    Block(_joined(_EXCHANGED, "{side}.first_word"), _joined(_DAY, "{side}.first_word")),
    # A slip in the personal number leaves one of its halves.
    Block(_joined("left({side}.number, 6)", _NAME)),
    Block(_joined("right({side}.number, 6)", _NAME)),
    Block(_joined("right({side}.number, 6)", _DAY)),
    Block(_joined("{side}.old_id_number", "{side}.first_word")),
)


def columns(number: str, *more: str) -> str:
    """Return the SQL that selects what the blocks need, of rows like those of `node`.

    Args:
        number: SQL of the number of a row.
        more: SQL of further columns.
    """
    return f"""
        select
            {", ".join([f"{number} as unique_id", *more])},
            sorted_words(name_key) as sorted_name,
            words(name_key)[1] as first_word,
            words(name_key)[-1] as last_word,
            born_on,
            birth_precision,
            coalesce(personal_number, number_given) as number,
            old_id_number
    """


def pairs(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, target: str, blocks: Sequence[Block], condition: str
) -> None:
    """Create the table `target` of distinct pairs (l, r), columns `unique_id` of `left` and `right`.

    Args:
        left: table with the columns that the blocks name.
        right: table with the same columns, may be the same one.
        blocks: a pair that any of them makes is looked at.
        condition: SQL over `l` and `r` that a pair must fulfil besides.
    """
    parts = []
    for block in blocks:
        left_key, right_key = block.keys()
        parts.append(
            f"select l.unique_id as l, r.unique_id as r from {left} as l "
            f"inner join {right} as r on {left_key} = {right_key} where {condition}"
        )
    connection.execute(f"create or replace temp table {target} as {' union '.join(parts)}")
