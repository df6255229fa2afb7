"""Papers (utskrifter): what we know, as a PDF that can be printed and read aloud.

A template of the calling package (typst) and data as JSON; no text of a person or a transmitter is
ever read as markup. Tagged PDF/UA-1 with title and language. The look is `page.typ`: A4, black on
white, the municipality, the page, its time and who printed it in the head, page n of m in the foot.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from tornvakt.base.papers import turns
from tornvakt.base.papers.glyphs import MISSING, printable
from tornvakt.pure.facts import Refusal

log = logging.getLogger(__name__)

PACKAGE = Path(__file__).resolve().parents[2]
"""Where templates are found; one reads nothing outside it."""
LONGEST_S = 30.0
_FONTS = (Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/dejavu-sans-fonts"))
"""DejaVu Sans where the machine has it; else the compiler's own serif font."""


class PaperTookTooLong(Refusal):
    """The paper was not ready in ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        text = _(
            "The paper was not ready within %(s)d seconds and was stopped. Nothing was printed. "
            "Choose less to print, or try again when it is calmer."
        )
        super().__init__(text % {"s": round(seconds)})


class PressBusy(Refusal):
    """Other papers are being printed just now."""

    def __init__(self) -> None:
        super().__init__(_("The press is busy. Try again in a moment."))


class PaperBroken(RuntimeError):
    """A template that does not fit its data: a bug, never something a person did."""


def pdf(
    template: str,
    data: Mapping[str, object],
    *,
    title: str,
    language: str,
    longest_s: float = LONGEST_S,
) -> bytes:
    """Print ``data`` by ``template``, a path below the package, e.g. ``surfaces/console/x.typ``.

    ``language`` is ``sv`` or ``en``. ``data`` is what JSON can hold; of it the head shows
    ``centre``, ``as_of`` (how old what is printed is, in words) and ``printed_by``. Blocks the
    thread and no other: the work is done by a process of its own, and stopped after ``longest_s``.
    Nobody waits longer than a moment for their turn (`turns`).

    Raises PaperTookTooLong, PressBusy; PaperBroken for a fault of our own.
    """
    path = (PACKAGE / template).resolve(strict=True)
    if PACKAGE not in path.parents:
        raise PaperBroken(template)
    with translation.override(language):
        words = {"page": _("page"), "of": _("of"), "as_of": _("As of"), "by": _("Printed by")}
        words["missing"] = _("%(sign)s: a character this printer does not have.") % {
            "sign": MISSING
        }
    paper = {**data, "title": title, "language": language, "words": words}
    with turns.turn() as is_ours:
        if not is_ours:
            raise PressBusy
        return _printed(path, _made_printable(paper), longest_s)


def _printed(path: Path, paper: object, longest_s: float) -> bytes:
    done = _press(path, paper, longest_s)
    if done.returncode:
        # A few texts in a thousand million trip up the compiler itself. Plain letters never did.
        log.warning("paper.again template=%s error=%s", path.name, done.stderr[-300:])
        done = _press(path, _made_plain(paper), longest_s)
    if done.returncode:
        raise PaperBroken(f"{path.name}: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


def _press(path: Path, paper: object, longest_s: float) -> subprocess.CompletedProcess[bytes]:
    order = {
        "template": str(path),
        "root": str(PACKAGE),
        "fonts": [str(folder) for folder in _FONTS if folder.is_dir()],
        "paper": json.dumps(paper),
        "at": int(datetime.now(UTC).timestamp()),
    }
    try:
        return subprocess.run(
            [sys.executable, "-I", str(Path(__file__).with_name("press.py"))],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=longest_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PaperTookTooLong(longest_s) from None


def _made_printable(value: object) -> object:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {str(key): _made_printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_made_printable(each) for each in value]
    return value


def _made_plain(value: object) -> object:
    if isinstance(value, str):
        return "".join(sign if sign == "\n" or " " <= sign <= "\u017f" else "?" for sign in value)
    if isinstance(value, dict):
        return {key: _made_plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_made_plain(each) for each in value]
    return value
