"""Template tags for the parts that stand on every surface: mark, fuse, icons, times."""

import re
import time
import uuid
from datetime import datetime, timedelta
from functools import lru_cache

from django import template
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe

from tornvakt.base.ui import formats, lock
from tornvakt.base.ui.fuse import measure

register = template.Library()

_NUMBERED = re.compile(r"\b(zon|zone|användare|user|konto|account|signal|slutkod|code) (\d)")

_SHAPES = {
    1: '<svg viewBox="0 0 26 26" aria-hidden="true"><rect class="f" x="2" y="2" width="22" '
    'height="22" rx="2"/><text class="g" x="13" y="18">!!</text></svg>',
    2: '<svg viewBox="0 0 26 26" aria-hidden="true"><path class="f" d="M13 2.5L24.5 23.5H1.5z"/>'
    '<text class="g" x="13" y="21">!</text></svg>',
    3: '<svg viewBox="0 0 26 26" aria-hidden="true"><circle class="f" cx="13" cy="13" r="8"/>'
    "</svg>",
    4: "",
}
_ICONS = {
    "tower": "M7 21V10.500h10V21M5.500 10.500v-4h2.500v2h2.500v-2h3v2H16v-2h2.500v4z"
    "M12 6.500V3M4.500 21h15M12 13.500v3.500",
    "half": "M12 4a8 8 0 0 0 0 16zM12 4a8 8 0 0 1 0 16",
    "sun": "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2"
    "M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400"
    "M6.700 17.300l-1.400 1.400",
    "moon": "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z",
    "out": "M14 4H6v16h8M10.500 12H21M17.500 8.500L21 12l-3.500 3.500",
    "check": "M5 12.500l4.500 4.500L19 7.500",
    "phone": "M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1"
    "A15 15 0 0 1 4 5a1 1 0 0 1 1-1z",
    "lock": "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
    "close": "M6 6l12 12M18 6L6 18",
}


@lru_cache(maxsize=64)
def _mark(priority: int, size: str, language: str) -> SafeString:
    shape, word = mark_safe(_SHAPES[priority]), formats.level(priority, language)
    return format_html('<span class="mark p{} {}">{}{}</span>', priority, size, shape, word)


@register.simple_tag
def once() -> SafeString:
    """Give the form a mark of its own, so that the same one sent twice is done once."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid.uuid4())


@register.simple_tag
def mark(priority: int, size: str = "") -> SafeString:
    """Shape, colour and word of a priority. ``size``: empty, ``big`` or ``inline``."""
    return _mark(priority, size, formats.language())


@register.simple_tag
def fuse(elapsed_s: float, target_s: float, kind: str = "") -> SafeString:
    """The fristlinje for a running or finished time; ``kind`` is empty or ``p1``…``p3``."""
    line = measure(elapsed_s, target_s)
    return format_html(
        '<svg class="fuse {}" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="t" width="100" height="3"/><rect class="v" width="{}" height="3"/>'
        '<rect class="k" x="{}" width=".6" height="3"/></svg>',
        kind,
        line.value,
        line.tick,
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of our own stroke icons; never without a word beside it or a label on its button."""
    return format_html(
        '<svg class="ico" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', _ICONS[name]
    )


@register.simple_tag
def tower(css: str = "") -> SafeString:
    """The Tornvakt tower; its window is a path of its own so that the sign-in page can light it."""
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 21V10.500h10V21M5.500 '
        "10.500v-4h2.500v2h2.500v-2h3v2H16v-2h2.500v4zM12 6.500V3M4.500 21h15"
        '"/><path class="lit" d="M12 13.500v3.500"/></svg>',
        css,
    )


@register.simple_tag
def now_ms() -> int:
    """The server's clock in milliseconds since 1970, for the scripts of a page."""
    return round(time.time() * 1000)


@register.simple_tag
def lock_words() -> SafeString:
    """The texts of the locked page's script, as JSON in the page."""
    return json_script(lock.words(), "words")


@register.filter
def clock(instant: datetime | None) -> str:
    """``14:05:32``, local; a dash when there is no time."""
    return formats.clock(instant) if instant else "–"


@register.filter
def clock_ms(instant: datetime | None) -> str:
    """``14:05:32,418``, local; a dash when there is no time."""
    return formats.clock_ms(instant) if instant else "–"


@register.filter
def unbroken(title: str) -> str:
    """A title that may break between words, but neither after "zon" nor before a middle dot."""
    return _NUMBERED.sub("\\1\u00a0\\2", title).replace(" · ", "\u00a0· ")


@register.filter
def hhmm(instant: datetime) -> str:
    """``14:05``, local."""
    return formats.clock(instant)[:5]


@register.filter
def level(priority: int) -> str:
    """``AKUT``: a priority in words, where its mark does not stand."""
    return formats.level(priority)


@register.filter
def isodate(instant: datetime) -> str:
    """``2026-11-22``, local."""
    return formats.date(instant)


@register.filter
def day(instant: datetime) -> str:
    """``sön 22 nov``."""
    return formats.day(instant)


@register.filter
def week(instant: datetime) -> int:
    """ISO week number."""
    return formats.week(instant)


@register.filter
def ms(instant: datetime | None) -> int | str:
    """Milliseconds since 1970, or nothing."""
    return formats.epoch_ms(instant) or ""


@register.filter
def span(value: timedelta | float) -> str:
    """``2 min``: an age."""
    return formats.duration(value)


@register.filter
def exact(value: timedelta | float) -> str:
    """``2 min 35 s``: a clock with a target."""
    return formats.exact_duration(value)


@register.filter
def grouped(value: int) -> str:
    """``9 312``."""
    return formats.number(value)
