"""What an import file would do to the register, and everything that is wrong with it.

Pure: two tables in, one judgement out; nothing is changed. Every row is looked at even when others
are bad, because whoever mends the file wants to know all of it at once.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tornvakt.domains.sites.services import importing_rules as rules
from tornvakt.domains.sites.services.importing_book import BadCell, Book, Fault, Formula, Row, Sheet
from tornvakt.domains.sites.services.importing_items import Item, Judgement
from tornvakt.domains.sites.services.importing_names import Names, unnumbered
from tornvakt.domains.sites.services.importing_register import Register, Values, zone_key
from tornvakt.domains.sites.services.importing_said import Said
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.domains.sites.services.importing_values import understand
from tornvakt.domains.sites.services.shapes import is_in_sweden
from tornvakt.domains.sites.services.sheets import (
    AREAS,
    KEYHOLDERS,
    KEYS,
    OBJECTS,
    OPENING,
    TRANSMITTERS,
    WARNINGS,
    ZONES,
    Table,
)

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class _Parsed:
    """A row whose every cell has been understood."""

    sheet: Sheet
    row: Row
    values: Values


def judge(book: Book, register: Register) -> Judgement:
    """Return what the book would do to the register."""
    return _Judge(book, register).run()


class _Judge:
    def __init__(self, book: Book, register: Register) -> None:
        self.book, self.register = book, register
        self.judgement = Judgement(faults=list(book.faults), remarks=list(book.remarks))
        self.names = Names(book, register)
        self.labels: dict[str, str] = {}
        """What objects without a number are called where one is shown."""

    def run(self) -> Judgement:
        self._objects()
        self._transmitters()
        self._parts()
        self._keyholders()
        self._keys()
        self._warnings()
        self._opening()
        self.judgement.new_customers = self.names.new_customers
        order = {sheet.title: index for index, sheet in enumerate(self.book.sheets)}
        self.judgement.faults.sort(key=lambda each: (order.get(each.sheet, -1), each.line or 0))
        return self.judgement

    # --- each table --------------------------------------------------------------------------

    def _objects(self) -> None:
        seen: dict[str, int] = {}
        named: dict[tuple[str, str], tuple[str, int]] = {}
        held = {
            (str(values["customer"]), str(values["name"]).casefold()): number
            for number, values in self.register.objects.items()
        }
        for parsed in self._rows(OBJECTS):
            values = parsed.values
            customer = self.names.customer(str(values["customer"]))
            values["customer"] = customer
            name = (customer, str(values["name"]).casefold())
            number = self.names.number(str(values.get("number") or ""))
            if not number:
                number = held.get(name, unnumbered(parsed.sheet, parsed.row))
                self.labels[number] = str(values["name"])
            values["number"] = number
            if self._is_doubled(seen, number, parsed, "number"):
                continue
            if name in named:
                other = named[name][1]
                self._fault(
                    parsed,
                    "name",
                    _("Row %(line)s has the same customer and name.") % {"line": other},
                )
                continue
            if held.get(name, number) != number:
                self._fault(
                    parsed,
                    "name",
                    _("The customer already has an object with this name: %(number)s.")
                    % {"number": held[name]},
                )
                continue
            named[name] = (number, parsed.row.line)
            before = self.register.objects.get(number)
            if not self._point(parsed, before):
                continue
            self._put(parsed, self._label(number), before, rules.OBJECT_DEFAULTS)

    def _transmitters(self) -> None:
        seen: dict[str, int] = {}
        for parsed in self._rows(TRANSMITTERS):
            account = str(parsed.values["account"]).upper()
            parsed.values["account"] = account
            site = self._site(parsed)
            if self._is_doubled(seen, account, parsed, "account") or site is None:
                continue
            if parsed.values.get("expected_test_hours") == 0:
                self._fault(
                    parsed,
                    "expected_test_hours",
                    _("Write at least 1 hour, or leave the cell empty when no test is expected."),
                )
                continue
            before = self.register.transmitters.get(account)
            self._put(parsed, account, before, rules.TRANSMITTER_DEFAULTS)

    def _parts(self) -> None:
        """Areas and zones: parts of a transmitter, each known by its number there."""
        for table, held, defaults in (
            (AREAS, self.register.areas, {}),
            (ZONES, self.register.zones, rules.ZONE_DEFAULTS),
        ):
            seen: dict[tuple[str, str], int] = {}
            for parsed in self._rows(table):
                account = self._account(parsed)
                if account is None:
                    continue
                number = str(parsed.values["number"])
                key = (account, zone_key(number) if table is ZONES else number)
                if self._is_doubled(seen, key, parsed, "number"):
                    continue
                before = held.get(key)
                if before is not None:
                    parsed.values["number"] = before["number"]
                self._put(parsed, f"{account} {number}", before, defaults)

    def _keyholders(self) -> None:
        """The rows of an object are its whole call list: who is not among them is ended."""
        lists: dict[str, list[_Parsed]] = defaultdict(list)
        for parsed in self._rows(KEYHOLDERS):
            site = self._site(parsed)
            if site is not None:
                lists[site].append(parsed)
        for site, rows in lists.items():
            standing = list(self.register.keyholders.get(site, []))
            for parsed in rows:
                name = str(parsed.values["name"]).casefold()
                before = next(
                    (each for each in standing if str(each["name"]).casefold() == name), None
                )
                if before is not None:
                    standing.remove(before)
                label = f"{self._label(site)}: {parsed.values['name']}"
                self._put(parsed, label, before, rules.KEYHOLDER_DEFAULTS)
            for left in standing:
                self.judgement.tallies[KEYHOLDERS.code].ended += 1
                self.judgement.items[KEYHOLDERS.code].append(
                    Item(KEYHOLDERS.code, None, f"{self._label(site)}: {left['name']}", left, None)
                )

    def _keys(self) -> None:
        seen: dict[str, int] = {}
        for parsed in self._rows(KEYS):
            number = str(parsed.values["number"])
            if self._site(parsed) is None or self._is_doubled(seen, number, parsed, "number"):
                continue
            self._put(parsed, number, self.register.keys.get(number), rules.KEY_DEFAULTS)

    def _warnings(self) -> None:
        left = {site: list(rows) for site, rows in self.register.warnings.items()}
        for parsed in self._rows(WARNINGS):
            site = self._site(parsed)
            if site is None:
                continue
            since, until = parsed.values.get("since"), parsed.values.get("until")
            if isinstance(since, datetime) and isinstance(until, datetime) and until < since:
                self._fault(parsed, "until", _("The warning ends before it begins."))
                continue
            same = (w for w in left.get(site, []) if w["text"] == parsed.values["text"])
            before = next(same, None)
            if before is not None:
                left[site].remove(before)
                rules.keep_seconds(parsed.values, before)
            if parsed.values.get("since") is None:
                parsed.values["since"] = before["since"] if before else None
            self._put(parsed, str(parsed.values["text"])[:60], before, {"until": None})

    def _opening(self) -> None:
        seen: dict[tuple[str, str], int] = {}
        for parsed in self._rows(OPENING):
            site = self._site(parsed)
            if site is None:
                continue
            key = (site, str(parsed.values.get("area") or ""))
            if self._is_doubled(seen, key, parsed, "site"):
                continue
            wrong = rules.check_opening(parsed.values)
            if wrong is not None:
                self._fault(parsed, *wrong)
                continue
            before = self.register.opening.get(key)
            self._put(parsed, self._label(site), before, rules.OPENING_DEFAULTS)

    # --- what the tables share ---------------------------------------------------------------

    def _rows(self, table: Table) -> Iterator[_Parsed]:
        for sheet in self.book.sheets:
            if sheet.table is not table:
                continue
            present = [column for column in table.columns if column.key in sheet.headings]
            for row in sheet.rows:
                values: Values = {}
                is_good = True
                for column in present:
                    raw = row.cells.get(column.key)
                    try:
                        value = understand(column, raw)
                        if column.is_required and value in ("", None):
                            raise BadCell(_("The cell is empty. It has to be filled in."))
                        if column.key == "kind":
                            value = self.names.kind(table, str(value))
                    except BadCell as bad:
                        is_good = False
                        self._fault(_Parsed(sheet, row, values), column.key, bad.said)
                    else:
                        values[column.key] = value
                if is_good:
                    yield _Parsed(sheet, row, values)

    def _put(self, parsed: _Parsed, label: str, before: Values | None, defaults: Values) -> None:
        table = parsed.sheet.table.code
        tally = self.judgement.tallies[table]
        given = {
            key: defaults[key] if value is None and key in defaults else value
            for key, value in parsed.values.items()
        }
        after = {**(defaults if before is None else before), **given}
        if before is None:
            tally.new += 1
        elif after == before:
            tally.same += 1
            return
        else:
            tally.changed += 1
        self.judgement.items[table].append(Item(table, parsed.row.line, label, before, after))

    def _label(self, number: str) -> str:
        return self.labels.get(number, number)

    def _fault(self, parsed: _Parsed, key: str, sentence: Said) -> None:
        raw = parsed.row.cells.get(key)
        shown = raw.text if isinstance(raw, Formula) else "" if raw is None else str(raw)
        column = parsed.sheet.headings.get(key, parsed.sheet.table.column(key).heading)
        self.judgement.faults.append(
            Fault(parsed.sheet.title, parsed.row.line, column, shown[:80], sentence)
        )

    def _is_doubled(self, seen: dict[K, int], key: K, parsed: _Parsed, column: str) -> bool:
        first = seen.setdefault(key, parsed.row.line)
        if first == parsed.row.line:
            return False
        self._fault(parsed, column, _("Row %(line)s says the same thing.") % {"line": first})
        return True

    def _site(self, parsed: _Parsed) -> str | None:
        return self._meant(parsed, "site", self.names.site)

    def _account(self, parsed: _Parsed) -> str | None:
        return self._meant(parsed, "account", self.names.account)

    def _meant(self, parsed: _Parsed, key: str, find: Callable[[str], str]) -> str | None:
        """Put what a row means in the place of what it says; None, and a fault, for nothing."""
        try:
            found = find(str(parsed.values[key]))
        except BadCell as bad:
            self._fault(parsed, key, bad.said)
            return None
        parsed.values[key] = found
        return found

    def _point(self, parsed: _Parsed, before: Values | None) -> bool:
        final = {**(before or {}), **parsed.values}
        if (final.get("latitude") is None) == (final.get("longitude") is None):
            self._ask_about_point(parsed, before or {}, final)
            return True
        key = "latitude" if final.get("latitude") is None else "longitude"
        self._fault(parsed, key, _("A point needs both latitude and longitude, or neither."))
        return False

    def _ask_about_point(self, parsed: _Parsed, before: Values, final: Values) -> None:
        """Remark on a new point abroad: right for a cottage, but mostly the two are swapped."""
        point = final.get("latitude"), final.get("longitude")
        if point == (before.get("latitude"), before.get("longitude")):
            return
        latitude, longitude = point
        if not isinstance(latitude, float | int) or not isinstance(longitude, float | int):
            return
        if not is_in_sweden(latitude, longitude):
            sentence = _(
                "Row %(line)s in %(title)s: the point lies outside Sweden. Have latitude and "
                "longitude changed places?"
            )
            self.judgement.remarks.append(
                sentence % {"line": parsed.row.line, "title": parsed.sheet.title}
            )
