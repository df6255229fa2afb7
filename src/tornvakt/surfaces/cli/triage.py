"""`./tornvakt triage`: the rules in force, other rules, and a stored day judged again."""

import json
import sys
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.codes import ExitCode, Stop
from tornvakt.surfaces.cli.wall import WALL, clock

if TYPE_CHECKING:
    from tornvakt.domains.alarms.replaying import Difference, Outcome, Replay
    from tornvakt.domains.alarms.traces import AlarmDifference, Trace
    from tornvakt.pure.triage import Rules

LISTED = 200
"""So many differences are listed one by one; the rest are counted. ``--all`` lists them all."""

app = options.plain("Reglerna som gör signaler till larm: visa, ändra, prova på en lagrad dag.")


@app.command(
    help="Döm en lagrad dag en gång till, direkt ur inkorgen, och visa vad som skulle bli "
    "annorlunda. Ändrar ingenting. Utan --rules används dagens egna regler, och slutkod 1 betyder "
    "att något inte går att göra om likadant."
)
def replay(
    day: Annotated[
        str, typer.Option("--day", metavar="DATUM", help="Dagen, till exempel 2026-11-21.")
    ],
    data: options.Data = options.DEFAULT_DATA,
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FIL", help="Andra regler, som TOML.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv svaret som JSON.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Skriv ut varje skillnad.")] = False,
) -> int:
    """Judge a day again and compare with what is stored."""
    since, until = bounds(day)
    directory = options.existing(data)
    from tornvakt.surfaces.cli import django_door

    with django_door.prepared_database(directory.root):
        from tornvakt.base.inbox.reader import Reader
        from tornvakt.domains.alarms import replaying

        wanted = read_rules(rules) if rules else None
        reader = Reader(directory)
        began = time.monotonic()
        try:
            found = replaying.replay(reader, since, until, wanted)
        finally:
            reader.close()
        took = time.monotonic() - began
        if as_json:
            print(json.dumps(as_dict(found, day, wanted, took), ensure_ascii=False))
        else:
            limit = None if everything else LISTED
            sys.stdout.writelines(f"{line}\n" for line in lines(found, wanted, took, limit))
    return ExitCode.NO if found.differences and wanted is None else ExitCode.OK


@app.command("rules", help="Visa reglerna som gäller, eller låt andra gälla från och med nu.")
def rules_(
    data: options.Data = options.DEFAULT_DATA,
    new: Annotated[
        Path | None,
        typer.Option("--set", metavar="FIL", help="Låt reglerna i TOML-filen gälla från nu."),
    ] = None,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Varför de ändras.")] = "",
) -> None:
    """Print the rules as TOML, to be changed and given back with ``--set``."""
    from tornvakt.surfaces.cli import django_door

    with django_door.prepared_database(options.known(data).root):
        from tornvakt.domains.alarms import services as alarms
        from tornvakt.domains.alarms.selectors import rules_between

        now = datetime.now(UTC)
        if new is not None:
            row = alarms.set_rules(rules=read_rules(new), now=now, why=why)
            print(f"Reglerna ”{row.version}” gäller från {clock(row.valid_from)}.")
            return
        held = rules_between(now, now)
        since = f"sedan {clock(held.sets[-1][0])}" if held.sets else "från början"
        print(f"# Gäller {since}. Ändra, spara i en fil och kör ./tornvakt triage rules --set FIL")
        print(held.at(now).as_toml("sv"), end="")


def bounds(day: str) -> tuple[datetime, datetime]:
    """Return the instants a day by the clock on the wall begins and ends. Raises Stop."""
    try:
        first = date.fromisoformat(day)
        midnight = datetime(first.year, first.month, first.day, tzinfo=WALL)
        following = first + timedelta(days=1)
        ends = datetime(following.year, following.month, following.day, tzinfo=WALL)
    except (ValueError, OverflowError) as error:
        raise Stop(f"{day} är ingen dag. Skriv den som 2026-11-21.") from error
    return midnight.astimezone(UTC), ends.astimezone(UTC)


def read_rules(path: Path) -> "Rules":
    """Return the rules of a file. Raises BadRules, and Stop for a file that cannot be read."""
    from tornvakt.pure.triage import Rules

    try:
        return Rules.from_toml(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise Stop(f"{path} är ingen textfil i UTF-8.") from error
    except FileNotFoundError as error:
        raise Stop(f"{path} finns inte.") from error


def lines(found: "Replay", rules: "Rules | None", took: float, limit: int | None) -> list[str]:
    """Say in Swedish what came out differently: first in short, then one line an event."""
    by = f"med reglerna ”{rules.version}”" if rules else "med dagens egna regler"
    said = [
        f"{_many(found.signals, 'signal', 'signaler')} "
        f"({_many(found.events, 'händelse', 'händelser')}) dömda igen {by} på "
        + f"{took:.1f} s.".replace(".", ",", 1),
        f"Larm: {_counts(found.raised_before)} lagrade, {_counts(found.raised)} nu.",
    ]
    if found.unstored:
        said.append(
            f"{_many(found.unstored, 'signal', 'signaler')} finns inte i databasen och har inget "
            "att jämföras med."
        )
    if not found.differences and not found.alarms:
        return [*said, "Ingenting skiljer sig."]
    said += _of_alarms(found.alarms, limit)
    if not found.differences:
        return said
    said.append(f"{_many(len(found.differences), 'händelse', 'händelser')} skiljer sig:")
    changes = Counter((_rule(each.before), _rule(each.now)) for each in found.differences)
    said += [f"  {count:>6}  {before} -> {now}" for (before, now), count in changes.most_common()]
    said.append("")
    said += [_line(each) for each in found.differences[:limit]]
    left = len(found.differences) - len(found.differences[:limit])
    return [*said, f"… och {left} till (--all visar alla)"] if left else said


def _of_alarms(found: "list[AlarmDifference]", limit: int | None) -> list[str]:
    """Say which alarms ended otherwise: what an operator would have met in the queue."""
    if not found:
        return []
    shown = found[:limit]
    left = len(found) - len(shown)
    return [
        f"{_many(len(found), 'larm', 'larm')} slutar annorlunda än med dagens egna regler:",
        *(_alarm_line(each) for each in shown),
        *([f"… och {left} larm till (--all visar alla)"] if left else []),
        "",
    ]


def _alarm_line(each: "AlarmDifference") -> str:
    from tornvakt.pure.protocols.codes import lookup

    alarm = each.now or each.before
    assert alarm is not None
    what = lookup(alarm.system, alarm.code).phrase("sv", "new")
    what += f", zon {alarm.zone}" if alarm.zone else ""
    number = each.entry_id or "tidigare"
    return (
        f"{number:>8}  {clock(alarm.at)}  {alarm.account:<8}  {what}:  "
        f"{_came_to(each.before)} -> {_came_to(each.now)}"
    )


def _came_to(alarm: "Trace | None") -> str:
    """Say how an alarm ended: its priority, and what else the rules can make of it."""
    if alarm is None:
        return "inget eget larm"
    from tornvakt.domains.alarms import rule_words

    joined = f"{_many(alarm.joined, 'upprepning', 'upprepningar')}" if alarm.joined else ""
    said = [
        "bekräftat" if alarm.is_confirmed else "",
        "avbokat" if alarm.is_cancelled else "",
        joined,
        *(rule_words.name(note, "sv") for note in alarm.notes),
    ]
    told = ", ".join(dict.fromkeys(each for each in said if each))
    return f"{_PRIORITIES[alarm.priority]} ({told})" if told else _PRIORITIES[alarm.priority]


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def as_dict(found: "Replay", day: str, rules: "Rules | None", took: float) -> dict[str, Any]:
    """Return the answer as JSON can hold it. Instants are UTC."""
    return {
        "day": day,
        "rules": rules.version if rules else None,
        "signals": found.signals,
        "events": found.events,
        "unstored": found.unstored,
        "seconds": round(took, 3),
        "alarms_before": {str(p): n for p, n in sorted(found.raised_before.items())},
        "alarms_now": {str(p): n for p, n in sorted(found.raised.items())},
        "differences": [
            {
                "entry_id": each.entry_id,
                "position": each.position,
                "at": each.at.isoformat(),
                "account": each.account,
                "code": each.event.code,
                "zone": each.event.zone,
                "before": _outcome(each.before) if each.before else None,
                "now": _outcome(each.now),
            }
            for each in found.differences
        ],
        "alarms": [
            {
                "entry_id": each.entry_id or None,
                "position": each.position if each.entry_id else None,
                "before": _trace(each.before) if each.before else None,
                "now": _trace(each.now) if each.now else None,
            }
            for each in found.alarms
        ],
    }


def _trace(alarm: "Trace") -> dict[str, Any]:
    return {**asdict(alarm), "at": alarm.at.isoformat(), "notes": list(alarm.notes)}


def _line(each: "Difference") -> str:
    what = each.event.phrase("sv") + (f", zon {each.event.zone}" if each.event.zone else "")
    return (
        f"{each.entry_id:>8}  {clock(each.at)}  {each.account:<8}  {what}:  "
        f"{_told(each.before)} -> {_told(each.now)}"
    )


def _told(outcome: "Outcome | None") -> str:
    if outcome is None:
        return "(inte lagrad)"
    from tornvakt.domains.alarms import rule_words

    notes = ", ".join(dict.fromkeys(rule_words.name(note, "sv") for note in outcome.notes))
    told = f"{_VERDICTS.get(outcome.verdict, '?')} P{outcome.priority}, {_rule(outcome)}"
    return f"{told} ({notes})" if notes else told


def _rule(outcome: "Outcome | None") -> str:
    from tornvakt.domains.alarms import rule_words

    return rule_words.name(outcome.rule, "sv") if outcome else "(inte lagrad)"


def _outcome(outcome: "Outcome") -> dict[str, Any]:
    return {
        "verdict": outcome.verdict,
        "rule": outcome.rule,
        "priority": outcome.priority,
        "alarm": outcome.key,
        "notes": list(outcome.notes),
    }


def _counts(raised: dict[int, int]) -> str:
    told = ", ".join(f"{count} P{priority}" for priority, count in sorted(raised.items()) if count)
    return told or "inga"


_PRIORITIES = {1: "AKUT", 2: "LARM", 3: "NORMAL", 4: "LOGG"}
_VERDICTS = {
    "raise": "larm",
    "join": "till öppet larm",
    "restore": "återställt",
    "annotate": "anteckning",
    "log": "logg",
    "test": "prov",
}
