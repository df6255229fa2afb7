"""Numbers that people and files give: only such as can stand in an address."""

from datetime import UTC, datetime

import pytest

from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Site
from tornvakt.domains.sites.services.importing_values import BadCell, understand
from tornvakt.domains.sites.services.shapes import is_account, is_number
from tornvakt.domains.sites.services.sheets import OBJECTS, TRANSMITTERS

AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize("number", ["", "OBJ-0001", "12", "Skola 12.B", "ÅÄÖ_1"])
def test_a_number_can_stand_in_an_address(number: str) -> None:
    assert is_number(number)
    assert understand(OBJECTS.column("number"), number) == number


@pytest.mark.parametrize(
    "number", ["2026/14", "..", ".", "a\\b", "a?b", "a#b", "a%2fb", "-", " -a"]
)
def test_one_that_cannot_is_refused_wherever_it_is_written(number: str, db: None) -> None:
    assert not is_number(number)
    with pytest.raises(BadCell):
        understand(OBJECTS.column("number"), number)
    customer = services.add_customer(name="Kunden")
    draft = services.SiteDraft(name="Hallen")
    with pytest.raises(services.NumberWrong):
        services.create_site(customer=customer, draft=draft, by=None, at=AT, number=number)
    assert not Site.objects.exists()


@pytest.mark.parametrize(
    ("account", "fits"),
    [("7A31", True), ("0044", True), (44, False), ("44", False), ("7X31", False)],
)
def test_an_account_is_three_to_sixteen_hexadecimal_digits(account: object, fits: bool) -> None:
    assert is_account(str(account)) is fits
    if fits:
        assert understand(TRANSMITTERS.column("account"), str(account)) == account
    else:
        with pytest.raises(BadCell):
            understand(TRANSMITTERS.column("account"), account)  # type: ignore[arg-type]
