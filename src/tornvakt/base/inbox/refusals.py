"""Why an inbox cannot be opened, in words a person on duty can act on."""

from tornvakt.pure.facts import Refusal

MODES = {"demo": "demo", "ovning": "övning", "skarp": "skarp drift"}


class JournalRefused(Refusal):
    """The inbox cannot be opened as asked."""


class WrongMode(JournalRefused):
    """The data directory belongs to another mode than the one asked for."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(
            f"Datakatalogen är gjord för {MODES.get(found, found)}, inte för "
            f"{MODES.get(wanted, wanted)}. Ange en annan katalog med --data."
        )
        self.found = found
        self.wanted = wanted


class InboxBusy(JournalRefused):
    """Another process writes this inbox."""

    def __init__(self, pid: str) -> None:
        who = f" (process {pid})" if pid else ""
        super().__init__(
            f"Inkorgen används redan av en annan mottagare{who}. Bara en får skriva åt gången: "
            "stoppa den andra eller ange en annan katalog med --data."
        )


class InboxDamaged(JournalRefused):
    """The inbox is not what the watermark or the chain says; somebody must look at it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Inkorgen är skadad: {what}. Ta en kopia av katalogen receiver/ innan något annat "
            "görs, och kör ./tornvakt journal verify."
        )
        self.what = what


class InboxMissing(Refusal):
    """There is no inbox to read yet: no receiver has run on this data directory."""
