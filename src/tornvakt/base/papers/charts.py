"""Charts (diagram) in the house's own theme: Vega-Lite to SVG, for a page or a paper.

The drawing is done by a process of its own, like the printing: it brings along a whole script
engine, which has no business in the process that keeps the desk. What comes out is cleaned: no
style, no script, no English descriptions; colours are classes, so that one drawing is dark and
light, or plain inks for paper.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from tornvakt.base.papers import turns
from tornvakt.base.papers.glyphs import LONGEST_WORD, printable
from tornvakt.base.papers.inks import CLASSES, INKS, theme
from tornvakt.base.ui import formats
from tornvakt.pure.facts import Refusal

LONGEST_S = 20.0
_SVG = "http://www.w3.org/2000/svg"
_DROPPED = frozenset({"role", "style", "class", "pointer-events", "cursor", "display"})


class NoCharts(Refusal):
    """The charts could not be drawn; the tables beside them say the same."""

    def __init__(self) -> None:
        super().__init__(
            _("The charts could not be drawn just now. The tables hold the same figures.")
        )


def svg(spec: Mapping[str, Any]) -> str:
    """Draw one chart for a page; see :func:`svgs`."""
    return svgs([spec])[0]


@dataclass(frozen=True, slots=True)
class Pen:
    """What draws, and waits to be told what; nothing when others draw and print just now."""

    process: subprocess.Popen[bytes] | None


@contextmanager
def pen() -> Iterator[Pen]:
    """Begin to start what draws, so that it is ready when the figures are; gone at the end.

    It takes a turn like a paper (`turns`). When there is none, a page goes on without charts.
    """
    with turns.turn() as is_ours:
        if not is_ours:
            yield Pen(None)
            return
        process = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("draw.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with process:
            try:
                yield Pen(process)
            finally:
                process.kill()


def svgs(
    specs: Sequence[Mapping[str, Any]], *, for_paper: bool = False, by: Pen | None = None
) -> list[str]:
    """Draw charts, all in one go; ``by`` a pen that was begun before, which is used up by this.

    ``spec`` is Vega-Lite without a theme; its ``description`` is what the picture is called for
    those who cannot see it.

    For a page colours are classes of `figures.css` (``ink-c1`` and so on); ``for_paper`` they are
    inks, and what is to be printed goes to `papers.pdf` as numbers (``list(svg.encode())``): as
    text it would be made printable like somebody's words. Raises NoCharts when there is no turn
    to draw, and when the drawing takes too long or fails.
    """
    if not specs:
        return []
    themed: list[dict[str, Any]] = [{**spec, "config": theme()} for spec in specs]
    order = json.dumps({"specs": themed, "language": formats.language()}).encode()
    with nullcontext(by) if by is not None else pen() as held:
        process = held.process
        if process is None:
            raise NoCharts
        try:
            out, _errors = process.communicate(order, timeout=LONGEST_S)
        except (subprocess.TimeoutExpired, BrokenPipeError) as error:
            raise NoCharts from error
    if process.returncode:
        raise NoCharts
    drawn: list[str] = json.loads(out)
    return [
        _cleaned(each, str(spec.get("description", "")), for_paper=for_paper)
        for each, spec in zip(drawn, specs, strict=True)
    ]


def _cleaned(drawn: str, name: str, *, for_paper: bool) -> str:
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(drawn)
    for element in list(root.iter()):
        for attribute in list(element.attrib):
            if attribute in _DROPPED or attribute.startswith(("aria-", "on")):
                del element.attrib[attribute]
        _colour(element, for_paper=for_paper)
        if for_paper and element.text:
            element.text = _for_print(element.text)
    _drop_empty(root)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    if for_paper:
        root.attrib |= {"width": width, "height": height}
    else:
        root.attrib |= {"class": "chart", "role": "img", "aria-label": name}
    return ElementTree.tostring(root, encoding="unicode")


def _for_print(text: str) -> str:
    """Return a text of the drawing that can be printed. A drawing has no use of places to break."""
    parts = (text[start : start + LONGEST_WORD] for start in range(0, len(text), LONGEST_WORD))
    return "".join(map(printable, parts))


def _colour(element: ElementTree.Element, *, for_paper: bool) -> None:
    classes = []
    for attribute, prefix in (("fill", "ink"), ("stroke", "line")):
        name = CLASSES.get(element.attrib.get(attribute, "").lower())
        if name is None:
            continue
        if for_paper:
            element.attrib[attribute] = INKS[name]
        else:
            del element.attrib[attribute]
            classes.append(f"{prefix}-{name}")
    if classes:
        element.attrib["class"] = " ".join(classes)


def _drop_empty(root: ElementTree.Element) -> None:
    """Take away groups and paths that draw nothing."""
    for parent in list(root.iter()):
        for child in list(parent):
            tag = child.tag.rpartition("}")[2]
            is_bare = tag == "path" and not ({"fill", "stroke", "class"} & child.attrib.keys())
            if is_bare or (tag == "path" and not child.attrib.get("d")):
                parent.remove(child)
