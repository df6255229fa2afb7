"""What the misfits mean: changed, removed, swapped, or only a witness that was tampered with."""

from collections.abc import Callable
from typing import Any

from tornvakt_verify.audit.hashing import Row, entry_hash
from tornvakt_verify.audit.walking import Misfit

COMPARED = 200
"""With more changed entries than this they are no longer compared pair by pair."""

Truth = Callable[[int], bytes | None]


def truth_of(misfit: Misfit, attested: bytes | None) -> bytes | None:
    """Return the right hash: the one a checkpoint attests, or the one that two witnesses share."""
    if attested is not None:
        return attested
    entry, database, file = misfit.entry, misfit.database, misfit.file
    if database is not None and database in (entry, file):
        return database
    return file if file is not None else database


def explain(misfits: list[Misfit], attested: Callable[[Misfit], bytes | None]) -> list[str]:
    """Return a Swedish sentence for each thing that was done, by number."""
    truths = {misfit.number: truth_of(misfit, attested(misfit)) for misfit in misfits}
    changed = {
        misfit.number: misfit
        for misfit in misfits
        if misfit.row is not None and misfit.entry != truths[misfit.number]
    }
    found: list[tuple[int, str]] = []
    for misfit in misfits:
        number, truth = misfit.number, truths[misfit.number]
        if number in changed:
            other = _partner(misfit, truth, changed, truths)
            if other is not None and other.number > number:
                found.append((number, f"{_name(misfit)} och {_name(other)} har bytt plats."))
            if other is None:
                found.append((number, _changed(misfit, truth)))
        else:
            found.append((number, _otherwise(misfit, truth)))
    return [text for _, text in sorted(found)]


def _partner(
    misfit: Misfit, truth: Any, changed: dict[int, Misfit], truths: dict[int, bytes | None]
) -> Misfit | None:
    """Return the entry that this one was swapped with: each fits where the other stands."""
    if len(changed) > COMPARED or misfit.row is None:
        return None
    for other in changed.values():
        if other.number == misfit.number or other.row is None:
            continue
        theirs = truths[other.number]
        fits_as_it_is = (other.entry, misfit.entry) == (truth, theirs)
        if fits_as_it_is or (
            _renamed(other.row, misfit.row[0]) == truth
            and _renamed(misfit.row, other.row[0]) == theirs
        ):
            return other
    return None


def _renamed(row: Row, entry_id: Any) -> bytes:
    return entry_hash((entry_id, *row[1:]))


def _changed(misfit: Misfit, truth: bytes | None) -> str:
    also = ""
    if misfit.database is not None and misfit.database != truth:
        also = " Även dess kontrollsumma i databasen är utbytt."
    elif misfit.file is not None and misfit.file != truth:
        also = " Även dess kontrollsumma i audit/leaves är utbytt."
    return f"{_name(misfit)} är ändrad.{also}"


def _otherwise(misfit: Misfit, truth: bytes | None) -> str:
    if misfit.database is None and misfit.file is None:
        return f"Nummer {misfit.number} är borttaget: varken databasen eller audit/leaves har det."
    if misfit.database is None:
        return f"{_name(misfit)} är borttagen: numret finns i audit/leaves men inte i databasen."
    if misfit.row is None:
        return f"{_name(misfit)} är borttagen."
    if misfit.database != truth:
        return f"Kontrollsumman för nummer {misfit.number} i databasen är ändrad."
    return f"Kontrollsumman för nummer {misfit.number} i audit/leaves är ändrad."


def _name(misfit: Misfit) -> str:
    return f"Post {misfit.entry_id} (nummer {misfit.number})"
