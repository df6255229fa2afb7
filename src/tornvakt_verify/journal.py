"""Verifies one inbox: chain, watermark, signed seals, tables."""

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tornvakt_verify.chain import Chain
from tornvakt_verify.marks import Mark, Seal, read_log, read_watermark
from tornvakt_verify.opening import UNREADABLE, is_receiver_running, opened
from tornvakt_verify.report import CannotVerify, Report
from tornvakt_verify.signatures import checker
from tornvakt_verify.tables import check_structure, check_tables

UNLOGGED = 1
"""Seals that may be missing in ``checkpoints.log``: the line is written after the seal."""


def _silent(rows: int) -> None:
    return None


def verify(
    path: Path, *, checkpoints: Path | None = None, progress: Callable[[int], None] = _silent
) -> Report:
    """Verify the inbox of a data directory and return what was found.

    ``checkpoints`` is a copy of ``checkpoints.log`` kept elsewhere: with it, even somebody who
    could write everything on the machine cannot have changed an older row unseen. ``progress`` is
    called with the number of rows so far. Raises ``CannotVerify`` when there is nothing to verify.
    """
    receiver = path / "receiver"
    if not receiver.is_dir():
        raise CannotVerify(f"{path} är ingen datakatalog: katalogen receiver/ finns inte där.")
    while True:
        is_running = is_receiver_running(receiver / "lock")
        try:
            report = _verify(path, receiver, is_running, checkpoints, progress)
            report.problems += _set_aside(path, receiver, progress)
        except OSError as error:
            raise CannotVerify(f"{error.filename}: {error.strerror}") from error
        if report.ok or is_running or not is_receiver_running(receiver / "lock"):
            return report
        # A receiver started while we read as if there were none: read once more beside it.


def _set_aside(path: Path, receiver: Path, progress: Callable[[int], None]) -> list[str]:
    """Name every inbox that was put aside as damaged, and what is wrong with each.

    As long as its folder lies here: reception went on without it, the question did not.
    """
    problems: list[str] = []
    for folder in sorted(receiver.glob("undanlagd-*")):
        problems.append(
            f"En skadad inkorg är lagd undan i receiver/{folder.name}. Utred den och flytta "
            "sedan katalogen härifrån."
        )
        try:
            found = _verify(path, folder, False, None, progress).problems
        except CannotVerify as error:
            found = [str(error)]
        problems += [f"{folder.name}: {problem}" for problem in found]
    return problems


def _verify(
    path: Path,
    receiver: Path,
    is_running: bool,
    checkpoints: Path | None,
    progress: Callable[[int], None],
) -> Report:
    started = time.monotonic()
    database = receiver / "inbox.db"
    report = Report(path=str(path))
    # The order matters beside a running receiver: what is read first may only be older.
    mark, problems = read_watermark(receiver / "watermark", is_running=is_running)
    log, log_problems, log_notes = read_log(receiver / "checkpoints.log", "checkpoints.log")
    report.notes += log_notes
    if not database.exists():
        if mark is None and not log:
            raise CannotVerify(f"Det finns ingen inkorg i {path} ännu.")
        report.problems = ["Inkorgen (receiver/inbox.db) är borta.", *problems, *log_problems]
        return report
    copy: list[Seal] = []
    if checkpoints is not None:
        copy, copy_problems, _ = read_log(checkpoints, str(checkpoints))
        log_problems += copy_problems
    at_least = mark.id if mark else 0
    try:
        with opened(database, is_running=is_running, at_least=at_least) as connection:
            problems += check_tables(connection)
            seals, seal_problems = _seals(connection)
            problems += seal_problems
            watched = {seal.id for seal in (*seals, *log, *copy)} | {at_least}
            chain = Chain(watched, at_least, {seal.id for seal in seals})
            chain.walk(connection, progress)
            problems += check_structure(connection)
    except UNREADABLE as error:
        if "lock" in str(error):
            raise CannotVerify(f"Inkorgen är upptagen: {error}.") from error
        report.problems = [f"Databasfilen går inte att läsa: {error}.", *problems, *log_problems]
        return report
    _describe(report, chain)
    genesis, genesis_problems = _genesis(chain)
    report.mode, report.installation = genesis["mode"], genesis["installation"]
    report.problems = [
        *genesis_problems,
        *chain.findings(),
        *_check_mark(mark, chain),
        *problems,
        *_check_seals(report, seals, log, copy, chain, genesis),
        *log_problems,
    ]
    newest_sealed = max((seal.id for seal in seals), default=0)
    if report.last_id > newest_sealed:
        span = _span(max(newest_sealed + 1, report.first_id), report.last_id)
        report.notes.append(
            f"{span} har ännu inget sigill. Det får den när mottagaren körts en minut till."
        )
    report.seconds = time.monotonic() - started
    return report


def _seals(connection: sqlite3.Connection) -> tuple[list[Seal], list[str]]:
    try:
        rows = connection.execute("SELECT id, hash, at_us, signature FROM seal ORDER BY id")
        seals = [Seal(*row) for row in rows]
    except UNREADABLE as error:
        return [], [f"Inkorgens sigill går inte att läsa: databasfilen är skadad ({error})."]
    whole = [seal for seal in seals if tuple(map(type, seal)) == (int, bytes, int, bytes)]
    if len(whole) == len(seals):
        return whole, []
    return whole, ["Ett sigill i inkorgen är ändrat: ett fält har fel typ."]


def _describe(report: Report, chain: Chain) -> None:
    report.rows = chain.rows
    if chain.first is not None and chain.last is not None:
        report.first_id, report.last_id = chain.first[0], chain.last[0]
        report.first_at_us, report.last_at_us = _number(chain.first[3]), _number(chain.last[3])
        report.head = chain.last[10].hex()


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _genesis(chain: Chain) -> tuple[dict[str, str], list[str]]:
    """Return mode, installation and seal_key from the first row, and what is wrong with it."""
    empty = {"mode": "", "installation": "", "seal_key": ""}
    if chain.first is None:
        return empty, ["Inkorgen är tom: till och med den första raden saknas."]
    number, kind, meta = chain.first[0], chain.first[1], chain.first[9]
    if kind != 0:
        return empty, ["Den första raden (som säger vilken inkorg det är) saknas."]
    try:
        content = json.loads(meta)
        genesis = {key: str(content[key]) for key in empty}
        starts_at = content.get("continues", {}).get("last_id", 0) + 1
    except (ValueError, KeyError, TypeError, AttributeError):
        return empty, [f"Rad {number} går inte att tolka som inkorgens första rad."]
    if number != starts_at:
        return genesis, [f"Första raden har nummer {number} i stället för {starts_at}."]
    return genesis, []


def _check_mark(mark: Mark | None, chain: Chain) -> list[str]:
    if mark is None:
        return []
    last = chain.last[0] if chain.last else 0
    if mark.id > last:
        return [
            f"{_span(last + 1, mark.id)} saknas i slutet: inkorgen är avkortad eller återställd "
            f"från en äldre kopia. Vattenmärket pekar på rad {mark.id}."
        ]
    if mark.id in chain.hashes and chain.hashes[mark.id] != mark.hash:
        return [f"Vattenmärket stämmer inte med rad {mark.id}: raden eller vattenmärket är ändrat."]
    return []


def _span(first: int, last: int) -> str:
    return f"Rad {first}" if first == last else f"Rad {first}–{last}"


def _check_seals(
    report: Report,
    seals: list[Seal],
    log: list[Seal],
    copy: list[Seal],
    chain: Chain,
    genesis: dict[str, str],
) -> list[str]:
    """Compare the seals with the rows, with ``checkpoints.log`` and with a copy kept elsewhere."""
    is_signed = checker(genesis["installation"], genesis["seal_key"])
    if is_signed is None:
        report.notes.append("Paketet cryptography saknas: signaturerna är inte kontrollerade.")
    problems: list[str] = []
    good: set[Seal] = set()
    intact = 0
    last = chain.last[0] if chain.last else 0
    for name, group in (("inkorgen", seals), ("checkpoints.log", log), ("kopian", copy)):
        for seal in group:
            if seal in good:
                continue
            if is_signed is not None and not is_signed(seal):
                problems.append(
                    f"Sigillet för rad {seal.id} i {name} är ändrat: signaturen stämmer inte."
                )
            elif seal.id > last:
                problems.append(
                    f"{_span(last + 1, seal.id)} saknas i slutet: sigillet i {name} visar att rad "
                    f"{seal.id} fanns {_when(seal)}."
                )
            elif seal.id in chain.hashes and chain.hashes[seal.id] != seal.hash:
                problems.append(
                    f"{_span(intact + 1, seal.id)} är omskriven: rad {seal.id} är inte den som "
                    f"förseglades {_when(seal)} (sigill i {name})."
                )
            else:
                good.add(seal)
                intact = max(intact, seal.id) if group is seals else intact
    report.seals = len(good) if is_signed is not None else 0
    return problems + _compare(seals, log, copy)


def _compare(seals: list[Seal], log: list[Seal], copy: list[Seal]) -> list[str]:
    inside, logged = {seal.id for seal in seals}, {seal.id for seal in log}
    problems = [
        f"Sigillet för rad {number} finns i checkpoints.log men inte i inkorgen."
        for number in sorted(logged - inside)
    ]
    newest = max(logged, default=0)
    lacking = sorted(inside - logged)
    if len([number for number in lacking if number > newest]) <= UNLOGGED:
        lacking = [number for number in lacking if number < newest]
    problems += [f"Raden för sigill {number} saknas i checkpoints.log." for number in lacking]
    problems += [
        f"Sigillet för rad {seal.id} finns i kopian men inte i checkpoints.log."
        for seal in copy
        if seal.id not in logged
    ]
    return problems


def _when(seal: Seal) -> str:
    instant = datetime.fromtimestamp(_number(seal.at_us) // 1_000_000, UTC)
    return instant.strftime("%Y-%m-%d %H:%M UTC")
