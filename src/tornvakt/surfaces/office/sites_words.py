"""What a stored signal means in words, in the reader's language."""

from tornvakt.base.ui import formats
from tornvakt.domains.alarms.models import SignalEvent
from tornvakt.pure.protocols import codes


def phrase(event: SignalEvent) -> str:
    """Return what an event means; its own text when it carries no code we know."""
    if event.code_system not in ("sia", "cid"):
        return event.text or codes.kind_name(event.kind, formats.language())
    found = codes.lookup(event.code_system, event.code)
    return found.phrase(formats.language(), event.qualifier or "new")
