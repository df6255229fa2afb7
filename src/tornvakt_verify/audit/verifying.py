"""Verifies one audit log: entries, leaves, checkpoints, what waits, and the tables themselves."""

import time
from collections.abc import Callable
from pathlib import Path

from tornvakt_verify.audit import explaining, signing, sources
from tornvakt_verify.audit.marks import (
    RECORD,
    Head,
    Point,
    Points,
    read_head,
    read_leaves,
    read_points,
)
from tornvakt_verify.audit.outcome import Report, instant, span
from tornvakt_verify.audit.rooting import Roots
from tornvakt_verify.audit.sources import Source
from tornvakt_verify.audit.tail import tail_problems, unsigned_problems
from tornvakt_verify.audit.walking import Walk
from tornvakt_verify.report import CannotVerify

NAMED = 20
"""So many entries of one sort are named; the rest are counted."""


def _silent(entries: int) -> None:
    return None


def verify(
    data: Path,
    *,
    url: str = "",
    copy: Path | None = None,
    progress: Callable[[int], None] = _silent,
) -> Report:
    """Verify the audit log of a data directory and its database; return what was found.

    ``url``: the PostgreSQL database, "" for ``main.db``. ``copy``: a copy of ``checkpoints.log``
    kept elsewhere; with it even somebody who could write everything here cannot have put the log
    back or rewritten it unseen. Raises CannotVerify when there is nothing to verify.
    """
    started = time.monotonic()
    audit = data / "audit"
    report = Report(path=str(data))
    # The order matters beside a running sequencer: what is read first may only be older.
    copied, copy_problems = _copied(copy)
    head, head_problems = read_head(audit / "head")
    filed, filed_problems = read_points(audit / "checkpoints.log", "audit/checkpoints.log")
    leaves, leaf_problems, report.notes = read_leaves(audit / "leaves")
    if (leaves or filed.points) and not url and not (data / "main.db").exists():
        report.problems = ["Databasen (main.db) är borta, fast loggens filer finns."]
        return report
    try:
        with sources.source(data, url) as source:
            report.database = source.name
            report.problems = source.structure()
            if not report.problems or source.ask("SELECT count(*) FROM audit_entry"):
                _verify(source, leaves, filed, copied, head, report, progress)
    except OSError as error:
        raise CannotVerify(f"{error.filename}: {error.strerror}") from error
    if report.entries or leaves or filed.points:
        report.problems += leaf_problems + filed_problems
        # The head comes in the second after the first entries, long before the first checkpoint.
        report.problems += head_problems if filed.points or head else []
    else:
        report.notes.append("Loggen är tom: ingen post är numrerad ännu.")
    report.problems += copy_problems + _set_aside(audit)
    report.seconds = time.monotonic() - started
    return report


def _copied(copy: Path | None) -> tuple[Points | None, list[str]]:
    if copy is None:
        return None, []
    if not copy.is_file():
        raise CannotVerify(f"Kopian {copy} finns inte.")
    return read_points(copy, str(copy))


def _verify(
    source: Source,
    leaves: bytes,
    filed: Points,
    copied: Points | None,
    head: Head | None,
    report: Report,
    progress: Callable[[int], None],
) -> None:
    stored, problems = sources.points(source)
    inside = Points("databasen", "", "", stored)
    logs = signing.began(source)
    if logs:
        report.log, report.key = logs[-1].log, logs[-1].key
    keys = [(each.log, each.key) for each in logs]
    is_signed = signing.checker(keys)
    if is_signed is None:
        report.notes.append("Signaturerna är inte kontrollerade: paketet cryptography saknas.")
    groups = [inside, filed, *([copied] if copied else [])]
    end, head_problems = _judged(head, keys)
    roots = Roots(groups, is_signed, end)
    walk = Walk(source, leaves, roots.sizes)
    walk.run(progress)
    report.entries = walk.rows
    report.first_at_us, report.last_at_us = walk.first_at_us, walk.last_at_us
    report.root = walk.tree.root().hex() if walk.rows and walk.is_tree_whole else ""
    roots.compare(walk, leaves)
    report.checkpoints = roots.good if is_signed is not None else 0
    report.sealed = roots.sealed.size if roots.sealed else 0
    report.sealed_at_us = roots.sealed.at_us if roots.sealed else 0
    report.problems += problems + roots.problems + head_problems
    report.problems += explaining.explain(walk.misfits, roots.attested)
    if walk.more:
        report.problems.append(f"Ytterligare {walk.more} nummer stämmer inte.")
    for number, why in walk.unreadable[:NAMED]:
        report.problems.append(
            f"Nummer {number} går inte att läsa: databasfilen är skadad ({why})."
        )
    report.problems += tail_problems(source, walk.size, leaves, groups, end)
    report.problems += unsigned_problems(source, walk, roots.attested_size)
    report.problems += _other_log(groups[1:], logs)
    report.problems += _unnumbered(source, report)
    for each in logs[1:]:
        report.notes.append(
            f"Loggen började om vid nummer {each.number} med nyckeln {each.key[:16]}…"
        )
    if (loose := walk.size - report.sealed) > 0:
        report.notes.append(
            f"De {loose} sista posterna ({span(report.sealed, walk.size - 1)}) är inte förseglade "
            "ännu: tills det är gjort kan den som äger databasen ändra dem utan att det syns."
        )
    report.notes += [
        f"Slutsigillet var borta och gjordes på nytt vid nummer {number}, {instant(at_us)}."
        for number, at_us in signing.heads_made(source)
    ]
    behind = walk.size - len(leaves) // RECORD
    if behind > 0 and leaves:
        last = span(len(leaves) // RECORD, walk.size - 1)
        report.notes.append(f"audit/leaves saknar ännu {last}; numreraren fyller på.")


def _judged(head: Head | None, keys: list[tuple[str, str]]) -> tuple[Point | None, list[str]]:
    """Return what the head attests, if one of this log's keys signed it."""
    if head is None:
        return None, []
    mine = [(log, key) for log, key in keys if log == head.log]
    if not mine:
        return None, [f"Slutsigillet (audit/head) hör till en annan logg: {head.log}."]
    is_signed = signing.checker(mine, signing.HEAD)
    if is_signed is None or is_signed(head.point):
        return head.point, []
    return None, ["Slutsigillet (audit/head) är ändrat eller förfalskat."]


def _other_log(groups: list[Points], logs: list[signing.Began]) -> list[str]:
    """A copy names its log and key itself: another pair means that the log was made anew."""
    known = {(each.log, each.key) for each in logs}
    return [
        f"{group.name} hör till en annan logg, eller så är nyckeln utbytt: den anger {group.log} "
        f"med nyckeln {group.key[:16]}…"
        for group in groups
        if group.log and (group.log, group.key) not in known
    ]


def _unnumbered(source: Source, report: Report) -> list[str]:
    """Entries without a number wait their turn, or were smuggled in; and some went before it."""
    rows = source.ask(
        "SELECT e.id, p.entry_id FROM audit_entry e LEFT JOIN audit_leaf l ON l.entry_id = e.id"
        " LEFT JOIN audit_pending p ON p.entry_id = e.id WHERE l.number IS NULL ORDER BY e.id"
    )
    astray = [entry_id for entry_id, pending in rows if pending is None]
    gone = [
        entry_id
        for (entry_id,) in source.ask(
            "SELECT p.entry_id FROM audit_pending p LEFT JOIN audit_entry e ON e.id = p.entry_id"
            " WHERE e.id IS NULL ORDER BY p.entry_id"
        )
    ]
    report.waiting = len(rows) - len(astray)
    if report.waiting:
        report.notes.append(f"{report.waiting} poster väntar på sitt nummer.")
    problems = [
        f"Post {entry_id} har inget nummer och står inte på tur." for entry_id in astray[:NAMED]
    ]
    problems += [
        f"Post {entry_id} är borttagen innan den fick ett nummer." for entry_id in gone[:NAMED]
    ]
    more = max(0, len(astray) - NAMED) + max(0, len(gone) - NAMED)
    return problems + ([f"… och {more} poster till utan nummer."] if more else [])


def _set_aside(audit: Path) -> list[str]:
    return [
        f"Äldre filer till loggen är undanlagda i audit/{folder.name}. Utred dem och flytta sedan "
        "katalogen härifrån."
        for folder in sorted(audit.glob("undanlagd-*"))
    ]
