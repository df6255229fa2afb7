"""``python -m tornvakt_verify DATA``: exit 0 whole, 1 damaged, 2 could not be verified."""

import argparse
import json
import sys
from pathlib import Path

from tornvakt_verify.journal import verify
from tornvakt_verify.report import CannotVerify

WHOLE, DAMAGED, NOT_VERIFIED = 0, 1, 2


def main(argv: list[str] | None = None) -> int:
    """Verify as told by the arguments and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="tornvakt_verify",
        description="Kontrollerar att ingen rad i inkorgen är ändrad, borttagen eller flyttad.",
        epilog="Slutkod: 0 hel, 1 skadad, 2 gick inte att kontrollera.",
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="datakatalogen")
    parser.add_argument("--json", action="store_true", help="skriv svaret som JSON")
    parser.add_argument(
        "--checkpoints",
        type=Path,
        metavar="FIL",
        help="jämför med en kopia av checkpoints.log som förvaras på annat håll",
    )
    options = parser.parse_args(argv)
    try:
        report = verify(options.data, checkpoints=options.checkpoints, progress=_progress)
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


def _progress(rows: int) -> None:
    """Show a growing count on a terminal, and nothing in a log file."""
    if sys.stderr.isatty():
        shown = f"{rows:,}".replace(",", " ")
        print(f"\r{shown} rader ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
