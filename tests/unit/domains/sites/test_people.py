"""Keyholders, code words and keys."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.base.inbox.keys import KeyDamaged
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Keyholder, Site
from tornvakt.domains.sites.selectors import callees, keys
from tornvakt.pure.schedules import BadHours

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)  # a Sunday, 04:40 in Kalmar
CANARY = "kanariefågel-4711-rödspätta"


@pytest.fixture
def site() -> Site:
    """Give a place."""
    return services.add_site(customer=services.add_customer(name="Kommunen"), name="Skolan")


@pytest.fixture
def operator() -> User:
    """Give an operator."""
    return create_user(username="op1", role="operator", call_name="Op 1")


def holder(site: Site, name: str = "Nyckelhavare 1", **more: object) -> Keyholder:
    draft = services.KeyholderDraft(name=name, phone="0980-31 92 01", **more)  # type: ignore[arg-type]
    return services.add_keyholder(site_id=site.pk, draft=draft, by=None, at=NOW)


def test_people_who_were_taken_off_a_list_are_forgotten(site: Site) -> None:
    gone = holder(
        site, role="Vaktmästare", phone2="0980-31 92 02", hours=[[["07:00", "16:00"]]] * 7
    )
    kept = holder(site, "Nyckelhavare 2")
    lately = holder(site, "Nyckelhavare 3")
    day = timedelta(days=1)
    services.end_keyholder(keyholder_id=gone.pk, by=None, at=NOW)
    services.end_keyholder(keyholder_id=lately.pk, by=None, at=NOW + day)
    before = NOW + day
    assert services.forget_keyholders(ended_before=before, now=NOW + 90 * day) == 1
    assert services.forget_keyholders(ended_before=before, now=NOW + 90 * day) == 0
    gone.refresh_from_db()
    assert (gone.name, gone.role, gone.phone, gone.phone2, gone.hours) == ("", "", "", "", [])
    assert [row.name for row in Keyholder.objects.exclude(name="").order_by("pk")] == [
        kept.name,
        lately.name,
    ]
    (entry,) = Entry.objects.filter(action="sites.forget_keyholders")
    assert json.loads(entry.params) == {"keyholders": 1}


def test_they_are_rung_in_order_and_by_their_hours(site: Site) -> None:
    days = [[["07:00", "16:00"]]] * 5 + [[], [["22:00", "06:00"]]]
    nights = [[["22:00", "06:00"]]] * 7
    first = holder(site, "Nyckelhavare 1", hours=days, role="Vaktmästare")
    second = holder(site, "Nyckelhavare 2", hours=nights, phone2="0980-31 92 02")
    third = holder(site, "Nyckelhavare 3")
    services.order_keyholders(site_id=site.pk, keyholder_ids=[third.pk, second.pk], by=None, at=NOW)
    found = callees(site.pk, NOW)
    assert [(each.keyholder_id, each.order, each.is_within_hours) for each in found] == [
        (third.pk, 1, True),
        (second.pk, 2, True),
        (first.pk, 3, False),
    ]
    assert found[1].phones == ("0980-31 92 01", "0980-31 92 02")
    monday_noon = NOW + timedelta(days=1, hours=8)
    assert [each.is_within_hours for each in callees(site.pk, monday_noon)] == [True, False, True]
    services.end_keyholder(keyholder_id=third.pk, by=None, at=NOW)
    assert [each.keyholder_id for each in callees(site.pk, NOW)] == [second.pk, first.pk]


def test_hours_that_cannot_be_kept_are_refused(site: Site) -> None:
    with pytest.raises(services.NotAWeek):
        holder(site, hours=[[["07:00", "16:00"]]])
    with pytest.raises(BadHours):
        holder(site, hours=[[["25:00", "26:00"]]] + [[]] * 6)
    with pytest.raises(services.Nameless):
        holder(site, " ")


@pytest.mark.django_db(transaction=True)
def test_a_code_word_is_nowhere_in_the_database(operator: User) -> None:
    place = services.add_site(customer=services.add_customer(name="Kommunen"), name="Skolan")
    row = holder(place)
    services.set_code_word(keyholder_id=row.pk, word=CANARY, by=operator, at=NOW)
    assert everything_stored().count(b"Nyckelhavare 1") > 0
    for form in (CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode().hex().encode()):
        assert form not in everything_stored()
    assert services.read_code_word(keyholder_id=row.pk, by=operator, at=NOW) == CANARY
    assert CANARY.encode() not in everything_stored()


def everything_stored() -> bytes:
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        return b"".join(file.read_bytes() for file in name.parent.glob(f"{name.name}*"))
    found = bytearray()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += "\n".join(row[0] for row in cursor.fetchall()).encode()
    return bytes(found)


def test_whoever_reads_a_code_word_stands_in_the_log(site: Site, operator: User) -> None:
    row = holder(site)
    assert services.read_code_word(keyholder_id=row.pk, by=operator, at=NOW) == ""
    services.set_code_word(keyholder_id=row.pk, word=CANARY, by=operator, at=NOW)
    assert services.read_code_word(keyholder_id=row.pk, by=operator, at=NOW) == CANARY
    looks = Entry.objects.filter(kind="read", action="sites.read_code_word")
    assert [(look.actor, look.on_kind, look.on_id) for look in looks] == [
        (operator.pk, "keyholder", str(row.pk))
    ] * 2
    services.end_keyholder(keyholder_id=row.pk, by=operator, at=NOW)
    row.refresh_from_db()
    assert row.code_word_sealed is None


def test_a_code_word_moved_to_another_row_does_not_open(site: Site, operator: User) -> None:
    one, other = holder(site), holder(site, "Nyckelhavare 2")
    services.set_code_word(keyholder_id=one.pk, word=CANARY, by=operator, at=NOW)
    one.refresh_from_db()
    Keyholder.objects.filter(pk=other.pk).update(code_word_sealed=one.code_word_sealed)
    with pytest.raises(KeyDamaged):
        services.read_code_word(keyholder_id=other.pk, by=operator, at=NOW)
    for word in ("", " ", "x" * 61):
        with pytest.raises(services.NotACodeWord):
            services.set_code_word(keyholder_id=one.pk, word=word, by=operator, at=NOW)
    assert (Path(settings.DATA) / "keys").exists()


def test_a_key_is_lent_to_one_at_a_time(site: Site) -> None:
    key = services.add_key(site_id=site.pk, number="K 12", kept="Skåp 3", by=None, at=NOW)
    with pytest.raises(services.KeyTaken):
        services.add_key(site_id=site.pk, number="K 12", by=None, at=NOW)
    services.lend_key(key_id=key.pk, borrower="Väktare 4", by=None, at=NOW)
    with pytest.raises(services.KeyIsLent):
        services.lend_key(key_id=key.pk, borrower="Väktare 5", by=None, at=NOW)
    with pytest.raises(services.KeyIsLent):
        services.end_key(key_id=key.pk, by=None, at=NOW)
    assert [(each.number, each.lent_to) for each in keys(site.pk)] == [("K 12", "Väktare 4")]
    later = NOW + timedelta(hours=1)
    services.return_key(key_id=key.pk, by=None, at=later)
    services.return_key(key_id=key.pk, by=None, at=later)
    assert [each.lent_to for each in keys(site.pk)] == [""]
    services.end_key(key_id=key.pk, by=None, at=later)
    assert keys(site.pk) == ()
    services.add_key(site_id=site.pk, number="K 12", by=None, at=later)
