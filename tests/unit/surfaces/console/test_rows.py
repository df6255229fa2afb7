"""Where it happens, in words: a place, an account nobody knows, or the alarm centre itself."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from tornvakt.domains.incidents.pictures import QueueRow
from tornvakt.pure.triage import OWN_ACCOUNT
from tornvakt.surfaces.console.rows import place_of

NOW = datetime(2026, 11, 22, 3, 41, tzinfo=UTC)


def row(place: str, account: str, district: str = "") -> QueueRow:
    return QueueRow(
        id=1,
        number="2026-000001",
        priority=3,
        kind="technical",
        title_sv="",
        title_en="",
        place=place,
        account=account,
        district=district,
        is_fictional=False,
        state="new",
        version=1,
        opened_at=NOW,
        owner_id=None,
        owner_call_name="",
        taken_at=None,
        closed_at=None,
        alarm_count=1,
        signal_count=1,
        last_signal_at=NOW,
        restored_at=None,
        target_s=1800,
    )


@pytest.mark.parametrize(
    ("shown", "swedish", "english"),
    [
        (row("", OWN_ACCOUNT), "Larmcentralen", "The alarm centre"),
        (row("", ""), "Larmcentralen", "The alarm centre"),
        (row("", "5555"), "Okänd plats · konto 5555", "Place unknown · account 5555"),
        (row("Sporthall, Lindsdal", "8810", "Lindsdal"), *["Sporthall, Lindsdal"] * 2),
        (row("Falkenbergsskolan", "8803", "Malmen"), *["Falkenbergsskolan, Malmen"] * 2),
    ],
)
def test_a_row_says_where(shown: QueueRow, swedish: str, english: str) -> None:
    with translation.override("sv"):
        assert place_of(shown) == swedish
    with translation.override("en"):
        assert place_of(shown) == english
