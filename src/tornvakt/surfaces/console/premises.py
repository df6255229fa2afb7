"""What kinds of premises are called. The register holds Swedish words, written by the municipality.

The common ones can be read in English too; a kind that is not listed is shown as it was written.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

_KINDS: dict[str, Callable[[], str]] = {
    "aktivitetsarena": lambda: _("sports arena"),
    "bibliotek": lambda: _("library"),
    "bostadsfastighet": lambda: _("housing"),
    "förskola": lambda: _("preschool"),
    "grundskola": lambda: _("compulsory school"),
    "gymnasieskola": lambda: _("upper secondary school"),
    "mötesplats/fritidsgård": lambda: _("meeting place or youth centre"),
    "parkeringshus/parkering": lambda: _("car park"),
    "skola": lambda: _("school"),
    "socialkontor/medborgarkontor": lambda: _("social services or citizens' office"),
    "sporthall/simhall": lambda: _("sports hall or swimming pool"),
    "tekniska anläggningar": lambda: _("technical installation"),
    "torg/park/gångstråk": lambda: _("square, park or walkway"),
    "vård- och omsorgsboende": lambda: _("care home"),
}


def kind_name(kind: str) -> str:
    """Return the kind in the active language. What stands in parentheses is a name and is kept."""
    word, mark, rest = kind.partition(" (")
    known = _KINDS.get(word.strip().lower())
    return known() + mark + rest if known else kind
