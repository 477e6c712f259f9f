"""From prepared to published: who approved or refused a release and when, its time, and its withdrawal."""

from __future__ import annotations

import datetime as dt
import logging
from html import escape
from pathlib import Path

import psycopg
from psycopg import sql

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from publication import ledger, revision, schedule
from publication.ledger import APPROVED, PREPARED, PUBLISHED, REFUSED, Release

logger = logging.getLogger(__name__)

BY_SETTINGS = "ANSINH_RELEASE_APPROVAL=automatic"
"""Who approved a release that nobody had to approve."""

NOTICE = "WITHDRAWN.html"
"""The notice in the folder of a withdrawn release, beside the files that stay as they were."""


def approve(release_id: str, by: str, reason: str = "", at: dt.datetime | None = None) -> None:
    """Record that a release may be published; one that was refused may be approved after all.

    Args:
        release_id: the release.
        by: who says so.
        reason: a remark, if any.
        at: when; now by default.

    Raises:
        AnsinhError: there is no such release, or it is published already.
    """
    _decide(release_id, APPROVED, by, reason, at, (PREPARED, REFUSED))


def refuse(release_id: str, by: str, reason: str, at: dt.datetime | None = None) -> None:
    """Record that a release must not be published; also when it was approved and is not out yet.

    Raises:
        AnsinhError: there is no such release, it is published already, or the reason is missing.
    """
    if not reason.strip():
        raise AnsinhError("A refusal needs a reason.", "Give one: --reason TEXT.")
    _decide(release_id, REFUSED, by, reason, at, (PREPARED, APPROVED))


def answer(release_id: str, *, is_approved: bool, by: str, reason: str = "", at: dt.datetime | None = None) -> None:
    """Record the answer to the question whether a release may be published; one that came earlier stands."""
    reason = reason or ("" if is_approved else "No reason was given.")
    _decide(release_id, APPROVED if is_approved else REFUSED, by, reason, at, (PREPARED,), is_needed=False)


def waits(release_id: str) -> bool:
    """Tell whether nobody has approved or refused a release yet."""
    with connect(Role.PUBLISHER) as connection:
        return ledger.find(connection, release_id).state == PREPARED


def question(release_id: str) -> str:
    """Return what one should know before approving a release, in Markdown."""
    shown = ledger.show(release_id)
    with connect(Role.PUBLISHER) as connection:
        revisions = revision.of(connection, release_id)
    lines = [
        f"- {shown['observations']:,} figures, {shown['suppressed']:,} of them hidden",
        f"- files in `{shown['path']}`",
        f"- nobody sees them before {shown['due_at']}",
    ]
    if revisions:
        lines.append(
            f"- against {revisions[0]['previous_id']}: {sum(row['moved'] for row in revisions):,} figures moved"
        )
        lines += [f"  - {row['indicator']}: {row['moved']:,} ({', '.join(row['causes'])})" for row in revisions]
    return "\n".join(lines)


def issue(release_id: str) -> Release:
    """Publish a release if it is approved and its embargo is over; return it as it stands now.

    Raises:
        AnsinhError: there is no such release, or its files are gone.
    """
    with connect(Role.PUBLISHER) as connection:
        ledger.alone(connection)
        release = ledger.find(connection, release_id)
        if release.state != APPROVED or release.published_at > _now():
            return release
        connection.execute("insert into release.publication (release_id) values (%s)", [release_id])
        _move_out(release)
        published = ledger.find(connection, release_id)
    logger.info("Published %s.", release_id)
    return published


def supersede(connection: psycopg.Connection, release: Release) -> None:
    """Refuse the releases of the same period and vintage that still wait: their figures are no longer the newest."""
    for other in ledger.of(connection, release.period, release.vintage):
        if other.release_id != release.release_id and other.state in (PREPARED, APPROVED):
            connection.execute(
                "insert into release.decision (release_id, verdict, decided_by, reason) values (%s, %s, %s, %s)",
                [other.release_id, REFUSED, "An Sinh", f"Superseded by {release.release_id}."],
            )


def withdraw(release_id: str, by: str, reason: str) -> Release:
    """Withdraw a published release: its files stay, with a notice beside them, and the one before it holds again.

    Returns:
        The release; what holds instead is `ledger.newest_published()`.

    Raises:
        AnsinhError: there is no such release, it is not published, or the reason is missing.
    """
    if not reason.strip() or not by.strip():
        raise AnsinhError("A withdrawal needs a reason and a name.", "Give both: --reason TEXT --by NAME.")
    with connect(Role.PUBLISHER) as connection:
        ledger.alone(connection)
        release = ledger.find(connection, release_id)
        if release.state != PUBLISHED:
            raise AnsinhError(
                f"{release_id} is {release.state}, not published.", "Only what is published is withdrawn."
            )
        connection.execute(
            "insert into release.withdrawal (release_id, reason, withdrawn_by) values (%s, %s, %s)",
            [release_id, reason.strip(), by.strip()],
        )
        condition = sql.SQL("state = 'published' and period = {}").format(sql.Literal(release.period))
        standing = ledger.select(connection, condition)
        _write_notice(release, reason.strip(), standing[0] if standing else None)
        withdrawn = ledger.find(connection, release_id)
    logger.warning("Withdrew %s: %s", release_id, reason)
    return withdrawn


def _decide(
    release_id: str, verdict: str, by: str, reason: str, at: dt.datetime | None, allowed: tuple[str, ...],
    *, is_needed: bool = True,
) -> None:  # fmt: skip
    """Record a decision where the state allows it; where not, one that is needed fails and another is not taken."""
    if not by.strip():
        raise AnsinhError("A decision needs a name.", "Give one: --by NAME.")
    with connect(Role.PUBLISHER) as connection:
        ledger.alone(connection)
        state = ledger.find(connection, release_id).state
        if state not in allowed:
            if not is_needed:
                return
            raise AnsinhError(f"{release_id} is {state} already.", f"See ./ansinh release show {release_id}.")
        connection.execute(
            """insert into release.decision (release_id, verdict, decided_by, reason, decided_at)
            values (%s, %s, %s, %s, coalesce(%s, clock_timestamp()))""",
            [release_id, verdict, by.strip(), reason.strip(), at],
        )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _move_out(release: Release) -> None:
    release.path.parent.mkdir(parents=True, exist_ok=True)
    if not release.folder.exists():
        # A crash between the move and its record left the files in their place.
        if (release.path / "manifest.json").exists():
            return
        raise AnsinhError(f"The files of {release.release_id} are gone.", "Refuse it and publish again.")
    _set_aside(release.path)
    release.folder.rename(release.path)


def _set_aside(path: Path) -> None:
    """Clear the way of a new release: a folder without a record was never published, but may be another database's."""
    if path.exists():
        aside = path.with_name(f"{path.name}.unrecorded-{dt.datetime.now():%Y%m%dT%H%M%S}")
        logger.warning("%s is no recorded release; it is now %s.", path.name, aside)
        path.rename(aside)


def _write_notice(release: Release, reason: str, standing: Release | None) -> None:
    now = dt.datetime.now(schedule.VIETNAM)
    instead = f'<a href="../{standing.release_id}/index.html">{standing.release_id}</a>' if standing else "–"
    notice = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{release.release_id}: withdrawn / đã thu hồi</title>
<h1>{release.release_id}</h1>
<p>This release was withdrawn on {now:%Y-%m-%d}. Do not use its figures. Reason: {escape(reason)}.
In force instead: {instead}</p>
<p lang="vi">Bản công bố này đã được thu hồi ngày {now:%d/%m/%Y}. Không sử dụng số liệu của bản này.
Lý do: {escape(reason)}. Bản có hiệu lực thay thế: {instead}</p>
</html>
"""
    (release.path / NOTICE).write_text(notice, encoding="utf-8")
