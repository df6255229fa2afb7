"""What a stored signal means, and hours, in words of the reader's language."""

from django.utils.translation import pgettext

from tornvakt.base.ui import formats
from tornvakt.domains.alarms.models import SignalEvent
from tornvakt.pure.protocols import codes


def phrase(event: SignalEvent) -> str:
    """Return what an event means; its own text when it carries no code we know."""
    if event.code_system not in ("sia", "cid"):
        return event.text or codes.kind_name(event.kind, formats.language())
    found = codes.lookup(event.code_system, event.code)
    return found.phrase(formats.language(), event.qualifier or "new")


def hours_words(text: str) -> str:
    """Return hours as a field holds them with their few words in the reader's language.

    The register and its files keep the Swedish words; the fields take both.
    """
    text = text.replace("stängt", pgettext("hours", "closed"))
    return text.replace("som vanligt", pgettext("hours", "as usual"))
