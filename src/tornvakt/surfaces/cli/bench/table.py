"""Figures with their targets, as a Markdown table or JSON."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

_VERDICT = {True: "ok", False: "**ej ok**", None: "gäller ej nu"}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``is_ok`` None: the disk was such that the target says nothing."""

    name: str
    what: str
    target: str
    measured: str
    is_ok: bool | None
    details: dict[str, float | int | str]


def thousands(number: int) -> str:
    """Return a whole number in Swedish: 10 000."""
    return f"{number:,}".replace(",", "\u00a0")


def machine() -> str:
    """Return one line on the machine: processor, cores, memory, kernel, Python."""
    model = "okänd processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{model}, {os.cpu_count()} kärnor, {gib:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def markdown(rows: list[Row], *, now: datetime, is_quick: bool, command: str) -> str:
    """Return the table with date, command and machine above it."""
    form = "kort form (`--quick`): siffrorna är bara en fingervisning" if is_quick else "full längd"
    lines = [
        f"### {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {form}",
        "",
        f"`{command}` · {machine()}",
        "",
        "| vad | mål | uppmätt | utfall |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {r.what} | {r.target} | {r.measured} | {_VERDICT[r.is_ok]} |" for r in rows]
    return "\n".join(lines) + "\n"


def as_json(rows: list[Row], *, now: datetime, is_quick: bool) -> str:
    """Return the same as JSON."""
    body = {
        "at": now.astimezone(UTC).isoformat(),
        "machine": machine(),
        "quick": is_quick,
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(body, ensure_ascii=False, indent=1)
