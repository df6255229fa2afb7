"""Entries that are missing at the end: cut away, or an older database put in place of this one.

A database that was put back has also forgotten that it ever gave out the ids.
"""

from tornvakt_verify.audit.marks import RECORD, Point, Points
from tornvakt_verify.audit.outcome import grouped, instant, span
from tornvakt_verify.audit.sources import Source
from tornvakt_verify.audit.walking import Walk

UNSIGNED_US = 180_000_000
"""Entries span less than this without a checkpoint over them: one is made each minute."""


def tail_problems(
    source: Source, size: int, leaves: bytes, groups: list[Points], head: Point | None
) -> list[str]:
    """Compare the database's size with what everything else says it was."""
    filed = len(leaves) // RECORD
    inside, logged, *copied = groups
    problems = []
    last = max((point.size for point in (*inside.points, *logged.points)), default=0)
    known = max(filed, last, head.size if head else 0)
    if known > size:
        problems.append(_missing(source, size, known, leaves, inside, logged, head))
    if filed < last <= size:
        problems.append(
            f"audit/leaves är kapad: den slutar vid {span(filed - 1, 0)} fast en kontrollpunkt "
            f"visar att den haft {grouped(last)} poster."
            if filed
            else "audit/leaves är tom fast loggen har kontrollpunkter."
        )
    for copy in copied:
        newest = max(copy.points, default=None)
        if newest is not None and newest.size > max(size, known):
            problems.append(
                f"Loggen är tillbakarullad: {copy.name} visar att den hade {grouped(newest.size)} "
                f"poster {instant(newest.at_us)}, nu har den {grouped(size)}. Posterna med "
                f"{span(size, newest.size - 1)} saknas."
            )
    return problems


def unsigned_problems(source: Source, walk: Walk, attested: int) -> list[str]:
    """Entries that should have been signed by now: the checkpoints were taken away, or not made."""
    rows = source.ask(
        "SELECT e.at_us FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id"
        " WHERE l.number = ?",
        attested,
    )
    if not rows or type(rows[0][0]) is not int or walk.last_at_us - rows[0][0] <= UNSIGNED_US:
        return []
    return [
        f"Posterna med {span(attested, walk.size - 1)} spänner över mer än tre minuter utan "
        "kontrollpunkt: kontrollpunkter är borttagna, eller nyckeln saknas."
    ]


def _missing(
    source: Source,
    size: int,
    known: int,
    leaves: bytes,
    inside: Points,
    logged: Points,
    head: Point | None,
) -> str:
    which = f"Posterna med {span(size, known - 1)} saknas i slutet"
    newest = max((*inside.points, *logged.points), default=None)
    if newest is not None and newest.size > size:
        witness = f"kontrollpunkten {instant(newest.at_us)} intygar {grouped(newest.size)} poster"
    elif head is not None and head.size == known:
        witness = f"audit/head {instant(head.at_us)} intygar {grouped(head.size)} poster"
    else:
        witness = f"audit/leaves har {grouped(known)} poster"
    record = leaves[RECORD * (known - 1) : RECORD * known]
    given = int.from_bytes(record[:8], "big") if len(record) == RECORD else 0
    stored = max((point.size for point in inside.points), default=0)
    if stored > size or (given and source.last_given_id() >= given):
        return f"Loggen är kapad. {which}: {witness}, och databasen har delat ut deras nummer."
    return f"Databasen är tillbakarullad till en äldre kopia. {which}: {witness}."
