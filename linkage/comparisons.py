"""How two descriptions of a person are compared: names, birth dates, identifiers, codes.

They serve the rules as a guard (may an identifier be believed?) and the model as levels with weights. All are SQL for
DuckDB.
"""

from __future__ import annotations

import duckdb
from splink.comparison_level_library import CustomLevel, ElseLevel, ExactMatchLevel, NullLevel
from splink.comparison_library import CustomComparison

SIMILAR_NAME = 0.92
"""Jaro-Winkler similarity from which two names are the same but for a slip of the pen."""

_SCHOOLS = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip


def _new_school() -> str:
    sql = "name"
    for old, new in _SCHOOLS.items():
        sql = f"replace({sql}, '{old}', '{new}')"
    return sql


MACROS = f"""
-- How little a description says of a person; the person of the population register comes first.
create or replace temp macro grade(dataset, name_key, is_newborn, born_on) as case
    when dataset = 'person' then 0
    when is_newborn or name_key is null then 5
    when dataset = 'participant' then 2
    when born_on is not null then 3
    else 4
end;
create or replace temp macro is_placeholder(number) as
    number = repeat(left(number, 1), length(number)) or '01234567890123' like '%' || number || '%';
create or replace temp macro words(name) as string_split(name, ' ');
create or replace temp macro sorted_words(name) as array_to_string(list_sort(string_split(name, ' ')), ' ');
-- The same words in another order; or all words of the shorter name, its first and last at their ends.
create or replace temp macro words_missing(a, b) as
    len(words(a)) <> len(words(b)) and least(len(words(a)), len(words(b))) >= 2
    and words(a)[1] = words(b)[1] and words(a)[-1] = words(b)[-1]
    and (list_has_all(words(a), words(b)) or list_has_all(words(b), words(a)));
create or replace temp macro name_alike(a, b) as case
    when a = b then true
    when jaro_winkler_similarity(a, b) >= {SIMILAR_NAME} then true
    when sorted_words(a) = sorted_words(b) then true
    else words_missing(a, b)
end;
create or replace temp macro day_month_exchanged(a, b) as
    year(a) = year(b) and month(a) = day(b) and day(a) = month(b) and a <> b;
-- The old and the new school place a tone mark on different letters: hoà, hòa.
create or replace temp macro new_school(name) as {_new_school()};
create or replace temp macro same_marks(a, b) as case when a = b then true else new_school(a) = new_school(b) end;
create or replace temp macro birth_agrees(a, a_precision, b, b_precision) as case
    when a_precision = 'day' and b_precision = 'day' then a = b or day_month_exchanged(a, b)
    when a_precision = 'year' or b_precision = 'year' then year(a) = year(b)
    else date_trunc('month', a) = date_trunc('month', b)
end;
"""
"""DuckDB macros: what a description is worth, and what comparisons use."""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a connection ready for the comparisons; can be done again."""
    connection.execute(MACROS)
    connection.execute("set enable_progress_bar = false")  # it would mix with what commands print


def name(column: str = "name_key") -> CustomComparison:
    """Compare full names: lower case, no diacritics, single spaces. The same name is weighed by how frequent it is."""
    left, right = f"{column}_l", f"{column}_r"
    return CustomComparison(
        output_column_name=column,
        comparison_levels=[
            NullLevel(column),
            ExactMatchLevel(column, term_frequency_adjustments=True),
            CustomLevel(f"sorted_words({left}) = sorted_words({right})", "words in another order"),
            CustomLevel(f"words_missing({left}, {right})", "middle name missing"),
            CustomLevel(f"jaro_winkler_similarity({left}, {right}) >= {SIMILAR_NAME}", "similar"),
            CustomLevel(f"jaro_winkler_similarity({left}, {right}) >= 0.84", "somewhat similar"),
            ElseLevel(),
        ],
    )


def marks(column: str = "full_name", plain: str = "name_key") -> CustomComparison:
    """Compare the diacritics of names that are the same without them; other names say nothing here.

    Args:
        column: the name with its diacritics, where it was written with them.
        plain: the name without.
    """
    left, right = f"{column}_l", f"{column}_r"
    bare = f"{left} = {plain}_l or {right} = {plain}_r"
    return CustomComparison(
        output_column_name="marks",
        comparison_levels=[
            CustomLevel(f"{plain}_l is null or {plain}_r is null or {plain}_l <> {plain}_r", "another name").configure(
                is_null_level=True
            ),
            CustomLevel(f"same_marks({left}, {right})", "same diacritics"),
            CustomLevel(bare, "one without diacritics"),
            ElseLevel(),
        ],
    )


def birth(column: str = "born_on", precision: str | None = "birth_precision") -> CustomComparison:
    """Compare birth dates; a year alone agrees with every day in it.

    Args:
        column: the date; where only the year is known its middle.
        precision: column of how much of the date is known: day, month or year.
    """
    left, right = f"{column}_l", f"{column}_r"
    full = f"{precision}_l = 'day' and {precision}_r = 'day'" if precision else "true"
    year_only = [CustomLevel(f"not ({full}) and year({left}) = year({right})", "same year, day unknown")]
    return CustomComparison(
        output_column_name=column,
        comparison_levels=[
            NullLevel(column),
            CustomLevel(f"{full} and {left} = {right}", "same day"),
            *(year_only if precision else []),
            CustomLevel(f"{full} and day_month_exchanged({left}, {right})", "day and month exchanged"),
            CustomLevel(
                f"{full} and damerau_levenshtein({left}::varchar, {right}::varchar) <= 1", "one digit of the date"
            ),
            ElseLevel(),
        ],
    )


def identifier(column: str) -> CustomComparison:
    """Compare identifiers: the same, one slip of a digit (wrong, lost, two exchanged), two slips, or another one."""
    distance = f"damerau_levenshtein({column}_l, {column}_r)"
    return CustomComparison(
        output_column_name=column,
        comparison_levels=[
            NullLevel(column),
            ExactMatchLevel(column),
            CustomLevel(f"{distance} <= 1", "one slip"),
            CustomLevel(f"{distance} <= 2", "two slips"),
            ElseLevel(),
        ],
    )


def text(column: str) -> CustomComparison:
    """Compare a word or a line of text, weighed by its frequency: the same, a slip of the pen, similar, another."""
    similarity = f"jaro_winkler_similarity({column}_l, {column}_r)"
    return CustomComparison(
        output_column_name=column,
        comparison_levels=[
            NullLevel(column),
            ExactMatchLevel(column, term_frequency_adjustments=True),
            CustomLevel(f"{similarity} >= {SIMILAR_NAME}", "similar"),
            CustomLevel(f"{similarity} >= 0.8", "somewhat similar"),
            ElseLevel(),
        ],
    )


def code(column: str, changes: float | None = None) -> CustomComparison:
    """Compare a code such as sex or province: the same or not.

    Args:
        changes: for what people change, the share of one person's pairs that differ. It is fixed, not learnt, so that
            people who moved are not lost where training data are full of those who did not.
    """
    same, other = ExactMatchLevel(column), ElseLevel()
    if changes is not None:
        same.configure(m_probability=1 - changes, fix_m_probability=True)
        other.configure(m_probability=changes, fix_m_probability=True)
    return CustomComparison(output_column_name=column, comparison_levels=[NullLevel(column), same, other])
