"""What an import file would do to the register, and everything that is wrong with it.

Pure: two tables in, one judgement out; nothing is changed. Every row is looked at even when others
are bad, because whoever mends the file wants to know all of it at once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from tornvakt.domains.sites import kinds
from tornvakt.domains.sites.services import importing_rules as rules
from tornvakt.domains.sites.services.importing_book import BadCell, Book, Fault, Formula, Row, Sheet
from tornvakt.domains.sites.services.importing_register import Register, Values, zone_key
from tornvakt.domains.sites.services.importing_values import understand
from tornvakt.domains.sites.services.sheets import (
    AREAS,
    KEYHOLDERS,
    KEYS,
    OBJECTS,
    OPENING,
    TABLES,
    TRANSMITTERS,
    WARNINGS,
    ZONES,
    Table,
)


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
    remarks: list[str] = field(default_factory=list)
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


@dataclass(slots=True)
class _Parsed:
    """A row whose every cell has been understood."""

    sheet: Sheet
    row: Row
    values: Values


def judge(book: Book, register: Register) -> Judgement:
    """Return what the book would do to the register."""
    return _Judge(book, register).run()


def _said(sheet: Sheet, row: Row, key: str) -> str:
    """Return an identity of a row as far as it can be understood; empty otherwise."""
    try:
        return str(understand(sheet.table.column(key), row.cells.get(key)) or "")
    except BadCell:
        return ""


class _Judge:
    def __init__(self, book: Book, register: Register) -> None:
        self.book, self.register = book, register
        self.judgement = Judgement(faults=list(book.faults), remarks=list(book.remarks))
        self.numbers: dict[str, str] = {number.casefold(): number for number in register.objects}
        self.names: dict[str, set[str]] = defaultdict(set)
        for number, values in register.objects.items():
            self.names[str(values["name"]).casefold()].add(number)
        self.accounts = set(register.transmitters)
        self.customers = dict(register.customers)

    def run(self) -> Judgement:
        self._listen()
        self._objects()
        self._transmitters()
        self._parts()
        self._keyholders()
        self._keys()
        self._warnings()
        self._opening()
        order = {sheet.title: index for index, sheet in enumerate(self.book.sheets)}
        self.judgement.faults.sort(key=lambda each: (order.get(each.sheet, -1), each.line or 0))
        return self.judgement

    def _listen(self) -> None:
        """Note every object and account the file names, so that a bad row is a fault only once.

        Otherwise all that belongs to an object with a misspelt kind would be told that there is no
        such object.
        """
        for sheet in self.book.sheets:
            for row in sheet.rows:
                if sheet.table is OBJECTS:
                    number, name = _said(sheet, row, "number"), _said(sheet, row, "name").casefold()
                    if number:
                        number = self.numbers.setdefault(number.casefold(), number)
                    if name and (number or name not in self.names):
                        self.names[name].add(number or f"\0{sheet.title}{row.line}")
                elif sheet.table is TRANSMITTERS:
                    self.accounts.add(_said(sheet, row, "account").upper())

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
            customer = self._customer(str(values["customer"]))
            values["customer"] = customer
            name = (customer, str(values["name"]).casefold())
            number = str(values.get("number") or "")
            number = self.numbers.get(number.casefold(), number)
            if not number:
                number = held.get(name, f"\0{parsed.sheet.title}{parsed.row.line}")
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
            label = number if number[0] != "\0" else str(values["name"])
            self._put(parsed, label, before, rules.OBJECT_DEFAULTS)

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
                label = f"{site.lstrip(chr(0))}: {parsed.values['name']}"
                self._put(parsed, label, before, rules.KEYHOLDER_DEFAULTS)
            for left in standing:
                self.judgement.tallies[KEYHOLDERS.code].ended += 1
                self.judgement.items[KEYHOLDERS.code].append(
                    Item(KEYHOLDERS.code, None, f"{site}: {left['name']}", left, None)
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
            self._put(parsed, site.lstrip("\0"), before, rules.OPENING_DEFAULTS)

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
                            value = self._kind(table, str(value))
                    except BadCell as bad:
                        is_good = False
                        self._fault(_Parsed(sheet, row, values), column.key, str(bad))
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

    def _fault(self, parsed: _Parsed, key: str, sentence: str) -> None:
        raw = parsed.row.cells.get(key)
        shown = raw.text if isinstance(raw, Formula) else "" if raw is None else str(raw)
        column = parsed.sheet.headings.get(key, parsed.sheet.table.column(key).heading)
        self.judgement.faults.append(
            Fault(parsed.sheet.title, parsed.row.line, column, shown[:80], sentence)
        )

    def _is_doubled(self, seen: dict, key: object, parsed: _Parsed, column: str) -> bool:  # type: ignore[type-arg]
        first = seen.setdefault(key, parsed.row.line)
        if first == parsed.row.line:
            return False
        self._fault(parsed, column, _("Row %(line)s says the same thing.") % {"line": first})
        return True

    def _customer(self, name: str) -> str:
        known = self.customers.get(name.casefold())
        if known is None:
            self.customers[name.casefold()] = known = name
            self.judgement.new_customers.append(name)
        return known

    def _site(self, parsed: _Parsed) -> str | None:
        """Return the object a row belongs to: by its number, or by a name only one has."""
        text = str(parsed.values["site"])
        number = self.numbers.get(text.casefold())
        if number is None:
            named = self.names.get(text.casefold(), set())
            if len(named) > 1:
                self._fault(
                    parsed, "site", _("Several objects have this name. Write the object's number.")
                )
                return None
            number = next(iter(named), None)
        if number is None:
            self._fault(
                parsed,
                "site",
                _("There is no such object, neither in the file nor in the register."),
            )
            return None
        parsed.values["site"] = number
        return number

    def _account(self, parsed: _Parsed) -> str | None:
        account = str(parsed.values["account"]).upper()
        if account in self.accounts:
            parsed.values["account"] = account
            return account
        padded = next(
            (
                f"{account:0>{n}}"
                for n in range(len(account) + 1, 9)
                if f"{account:0>{n}}" in self.accounts
            ),
            None,
        )
        if padded is not None:
            sentence = _(
                "There is no account %(account)s, but there is %(padded)s. Excel drops noughts "
                "before numbers: format the column as text."
            ) % {"account": account, "padded": padded}
        else:
            sentence = _(
                "There is no transmitter with this account, neither in the file nor in the "
                "register. Add it to the sheet Sändare first."
            )
        self._fault(parsed, "account", sentence)
        return None

    def _point(self, parsed: _Parsed, before: Values | None) -> bool:
        final = {**(before or {}), **parsed.values}
        if (final.get("latitude") is None) == (final.get("longitude") is None):
            return True
        key = "latitude" if final.get("latitude") is None else "longitude"
        self._fault(parsed, key, _("A point needs both latitude and longitude, or neither."))
        return False

    def _kind(self, table: Table, text: str) -> str:
        """Return the code of a kind of premises or of alarm. Raises BadCell with those there are.

        A word the register already holds is left alone, or an export could not be read back.
        """
        code = kinds.code_of(text) if table is OBJECTS else rules.alarm_kind(text)
        if code is not None:
            return code
        held = self.register.objects if table is OBJECTS else self.register.zones
        if any(row["kind"] == text for row in held.values()):
            return text
        if table is OBJECTS:
            known = "; ".join(kind.sv for kind in kinds.all_kinds().values())
            raise BadCell(_("There is no such kind. The kinds are: %(known)s.") % {"known": known})
        raise BadCell(
            _("There is no such kind of alarm. The kinds are: %(known)s.")
            % {"known": rules.alarm_kinds_known()}
        )
