"""``python -m tornvakt_verify.audit DATA``: exit 0 whole, 1 damaged, 2 could not be verified."""

import argparse
import json
import os
import sys
from pathlib import Path

from tornvakt_verify.audit.verifying import verify
from tornvakt_verify.report import CannotVerify

WHOLE, DAMAGED, NOT_VERIFIED = 0, 1, 2


def main(argv: list[str] | None = None) -> int:
    """Verify as told by the arguments and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="tornvakt_verify.audit",
        description="Kontrollerar att ingen post i granskningsloggen är ändrad, borttagen eller "
        "flyttad.",
        epilog="Slutkod: 0 hel, 1 skadad, 2 gick inte att kontrollera. Databasen är main.db i "
        "datakatalogen, eller den som TORNVAKT_DATABASE_URL pekar ut.",
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="datakatalogen")
    parser.add_argument("--json", action="store_true", help="skriv svaret som JSON")
    parser.add_argument(
        "--checkpoints",
        type=Path,
        metavar="FIL",
        help="jämför med en kopia av audit/checkpoints.log som förvaras på annat håll",
    )
    options = parser.parse_args(argv)
    url = os.environ.get("TORNVAKT_DATABASE_URL", "")
    try:
        report = verify(options.data, url=url, copy=options.checkpoints, progress=_progress)
    except CannotVerify as error:
        if options.json:
            print(json.dumps({"ok": None, "error": str(error)}, ensure_ascii=False))
        else:
            print(error, file=sys.stderr)
        return NOT_VERIFIED
    if options.json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        print(report.as_text())
    return WHOLE if report.ok else DAMAGED


def _progress(entries: int) -> None:
    """Show a growing count on a terminal, and nothing in a log file."""
    if sys.stderr.isatty():
        shown = f"{entries:,}".replace(",", " ")
        print(f"\r{shown} poster ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
