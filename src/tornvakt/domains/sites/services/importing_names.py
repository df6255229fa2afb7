"""What rows of a file call things, and which things of the file and the register they mean."""

from collections import defaultdict

from tornvakt.domains.sites import kinds
from tornvakt.domains.sites.services import importing_rules as rules
from tornvakt.domains.sites.services.importing_book import BadCell, Book, Row, Sheet
from tornvakt.domains.sites.services.importing_register import Register
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.domains.sites.services.importing_values import understand
from tornvakt.domains.sites.services.sheets import OBJECTS, TRANSMITTERS, Table


class Names:
    """Every object, account and customer there is, those that the file adds included.

    A row of the file counts also when it is wrong, so that it is a fault only once: otherwise all
    that belongs to an object with a misspelt kind would be told that there is no such object.
    """

    def __init__(self, book: Book, register: Register) -> None:
        self._register = register
        self._numbers = {number.casefold(): number for number in register.objects}
        self._named: dict[str, set[str]] = defaultdict(set)
        for number, values in register.objects.items():
            self._named[str(values["name"]).casefold()].add(number)
        self._accounts = set(register.transmitters)
        self._customers = dict(register.customers)
        self.new_customers: list[str] = []
        for sheet in book.sheets:
            for row in sheet.rows:
                self._listen(sheet, row)

    def _listen(self, sheet: Sheet, row: Row) -> None:
        if sheet.table is OBJECTS:
            number, name = _said(sheet, row, "number"), _said(sheet, row, "name").casefold()
            if number:
                number = self._numbers.setdefault(number.casefold(), number)
            if name and (number or name not in self._named):
                self._named[name].add(number or unnumbered(sheet, row))
        elif sheet.table is TRANSMITTERS:
            self._accounts.add(_said(sheet, row, "account").upper())

    def number(self, text: str) -> str:
        """Return an object's number as the register or the file first wrote it."""
        return self._numbers.get(text.casefold(), text)

    def site(self, text: str) -> str:
        """Return the object that is meant: by its number, or by a name only one has.

        Raises BadCell.
        """
        number = self._numbers.get(text.casefold())
        if number is not None:
            return number
        named = self._named.get(text.casefold(), set())
        if len(named) > 1:
            raise BadCell(_("Several objects have this name. Write the object's number."))
        if not named:
            raise BadCell(_("There is no such object, neither in the file nor in the register."))
        return next(iter(named))

    def account(self, text: str) -> str:
        """Return the account that is meant. Raises BadCell."""
        account = text.upper()
        if account in self._accounts:
            return account
        longer = (f"{account:0>{length}}" for length in range(len(account) + 1, 9))
        padded = next((each for each in longer if each in self._accounts), None)
        if padded is not None:
            raise BadCell(
                _(
                    "There is no account %(account)s, but there is %(padded)s. Excel drops noughts "
                    "before numbers: format the column as text."
                )
                % {"account": account, "padded": padded}
            )
        raise BadCell(
            _(
                "There is no transmitter with this account, neither in the file nor in the "
                "register. Add it to the sheet Sändare first."
            )
        )

    def customer(self, name: str) -> str:
        """Return the customer's name as it was first written; one we do not have is a new one."""
        known = self._customers.get(name.casefold())
        if known is None:
            self._customers[name.casefold()] = known = name
            self.new_customers.append(name)
        return known

    def kind(self, table: Table, text: str) -> str:
        """Return the code of a kind of premises or of alarm. Raises BadCell with those there are.

        A word the register already holds is left alone, or an export could not be read back.
        """
        code = kinds.code_of(text) if table is OBJECTS else rules.alarm_kind(text)
        if code is not None:
            return code
        held = self._register.objects if table is OBJECTS else self._register.zones
        if any(row["kind"] == text for row in held.values()):
            return text
        if table is OBJECTS:
            known = "; ".join(kind.sv for kind in kinds.all_kinds().values())
            raise BadCell(_("There is no such kind. The kinds are: %(known)s.") % {"known": known})
        raise BadCell(
            _("There is no such kind of alarm. The kinds are: %(known)s.")
            % {"known": rules.alarm_kinds_known()}
        )


def unnumbered(sheet: Sheet, row: Row) -> str:
    """Return what stands for the number of a new object until it is given one."""
    return f"\0{sheet.title}{row.line}"


def _said(sheet: Sheet, row: Row, key: str) -> str:
    """Return an identity of a row as far as it can be understood; empty otherwise."""
    try:
        return str(understand(sheet.table.column(key), row.cells.get(key)) or "")
    except BadCell:
        return ""
