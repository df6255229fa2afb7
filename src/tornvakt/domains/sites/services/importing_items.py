"""What an import would do, row by row, and what is wrong with it: the answer of the judging."""

import hashlib
from dataclasses import dataclass, field

from tornvakt.domains.sites.services.importing_book import Fault
from tornvakt.domains.sites.services.importing_register import Values
from tornvakt.domains.sites.services.importing_said import Said
from tornvakt.domains.sites.services.sheets import TABLES


@dataclass(frozen=True, slots=True)
class Item:
    """One row that would be added (``before`` is None), changed, or ended (``after`` is None)."""

    table: str
    line: int | None
    label: str
    before: Values | None
    after: Values | None


@dataclass(slots=True)
class Tally:
    """How many rows of one table are new, changed, ended and as they were."""

    new: int = 0
    changed: int = 0
    ended: int = 0
    same: int = 0


@dataclass(slots=True)
class Judgement:
    """The whole answer. With any fault nothing of the file is carried out."""

    items: dict[str, list[Item]] = field(default_factory=lambda: {t.code: [] for t in TABLES})
    tallies: dict[str, Tally] = field(default_factory=lambda: {t.code: Tally() for t in TABLES})
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Said] = field(default_factory=list)
    new_customers: list[str] = field(default_factory=list)

    @property
    def change_count(self) -> int:
        """How many rows would be written."""
        return sum(len(items) for items in self.items.values())

    @property
    def may_be_carried_out(self) -> bool:
        """Nothing is wrong, and there is something to do."""
        return not self.faults and self.change_count > 0

    def digest(self) -> str:
        """Return a fingerprint of what would be done, to see whether it still is the same."""
        seen = hashlib.sha256()
        for items in self.items.values():
            for item in items:
                seen.update(repr((item.table, item.label, item.before, item.after)).encode())
        return seen.hexdigest()
