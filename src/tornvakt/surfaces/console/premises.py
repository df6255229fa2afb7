"""What kinds of premises are called on the desk, in the active language."""

from tornvakt.base.ui import formats
from tornvakt.domains.sites import kinds


def kind_name(kind: str) -> str:
    """Return the name of a kind by its code; what is no code is shown as it was written."""
    return kinds.name(kind, formats.language())
