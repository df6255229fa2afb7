"""The forms of an object: what they keep, what they refuse, and who may use them."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.integration.objects.pages import begin, errors, new_site, text
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import (
    Area,
    Customer,
    Keyholder,
    OpeningSchedule,
    Site,
    SiteKey,
    SitePlan,
    SiteWarning,
    Transmitter,
    Zone,
)

pytestmark = pytest.mark.django_db


def test_the_list_is_searched_and_cut_down(client: Client, site: Site) -> None:
    library = new_site("Biblioteket", district="Malmen")
    services.add_transmitter(site=library, account="ABC1")
    for asked, found in (
        ("", {"Skolan", "Biblioteket"}),
        ("?q=skol", {"Skolan"}),
        ("?q=abc1", {"Biblioteket"}),
        (f"?q={library.number}", {"Biblioteket"}),
        ("?omrade=Malmen", {"Biblioteket"}),
        ("?slag=library", set()),
        ("?brist=keyholder", {"Skolan", "Biblioteket"}),
        ("?brist=nagot&q=skolan", {"Skolan"}),
        ("?q=finns-inte", set()),
    ):
        page = text(client.get(f"/objekt/{asked}"))
        shown = {name for name in ("Skolan", "Biblioteket") if f">{name}</a>" in page}
        assert shown == found, asked


def test_the_list_costs_the_same_with_three_rows_and_three_hundred(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/objekt/").status_code == 200
        return len(queries)

    for n in range(3):
        new_site(f"Objekt {n}", district=f"Område {n}")
    client.get("/objekt/")
    few = cost()
    customer = Customer.objects.get()
    Site.objects.bulk_create(
        Site(customer=customer, number=f"X{n}", name=f"Nytt {n}", district=f"D{n}")
        for n in range(297)
    )
    assert cost() == few


def test_the_object_page_costs_the_same_however_much_it_holds(
    client: Client, site: Site, leader: User
) -> None:
    now = datetime.now(UTC)

    def grow(n: int) -> None:
        sender = services.add_transmitter(site=site, account=f"ABC{n}")
        services.add_zones(named=[(sender, str(z), f"Zon {z}") for z in range(9)], at=now)
        draft = services.KeyholderDraft(name=f"Nyckelhavare {n}", phone="0980-31 92 00")
        services.add_keyholder(site_id=site.pk, draft=draft, by=leader, at=now)
        services.add_key(site_id=site.pk, number=f"N{n}", by=leader, at=now)
        services.warn(site_id=site.pk, text=f"Varning {n}", by=leader, at=now)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/objekt/{site.number}/").status_code == 200
        return len(queries)

    grow(0)
    client.get(f"/objekt/{site.number}/")
    few = cost()
    for n in range(1, 12):
        grow(n)
    assert cost() == few


def test_a_new_object_is_asked_for_what_it_lacks_and_keeps_what_was_typed(client: Client) -> None:
    typed = {"customer": "Kommunen", "name": "", "latitude": "norr", "phone": "0980-31 92 00",
             "access_text": "Entré <B>", "is_active": "ja"}  # fmt: skip
    answer = client.post("/objekt/ny/", typed)
    assert answer.status_code == 422
    assert len(errors(answer)) == 2
    assert "Entré &lt;B&gt;" in text(answer)
    assert 'value="norr"' in text(answer)
    assert Site.objects.count() == 0
    good = {**typed, "name": "Skolan", "latitude": "56,66", "longitude": "16,35", "kind": "school"}
    answer = client.post("/objekt/ny/", good)
    site = Site.objects.get()
    assert answer.headers["Location"] == f"/objekt/{site.number}/"
    assert (site.latitude, site.access_text, site.kind) == (56.66, "Entré <B>", "school")
    again = client.post("/objekt/ny/", good)
    assert again.status_code == 422
    assert len(errors(again)) == 1


def test_half_a_point_is_said_beside_the_field(client: Client, site: Site) -> None:
    url = f"/objekt/{site.number}/redigera/"
    answer = client.post(url, {"name": "Skolan", "latitude": "56,66", "is_active": "ja"})
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    assert 'id="longitude-err"' in text(answer)
    client.post(url, {"name": "Nya skolan"})
    site.refresh_from_db()
    assert (site.name, site.is_active) == ("Nya skolan", False)


def test_a_point_abroad_is_asked_about(client: Client, site: Site) -> None:
    """Latitude and longitude that changed places put the object in the sea off Yemen."""
    url = f"/objekt/{site.number}/redigera/"
    swapped = {"name": "Skolan", "latitude": "16,36160", "longitude": "56,66340"}
    answer = client.post(url, swapped)
    assert answer.status_code == 422
    assert "Har latitud och longitud bytt plats?" in errors(answer)[0]
    assert client.post(url, {**swapped, "is_abroad": "ja"}).status_code == 302
    site.refresh_from_db()
    assert site.latitude == 16.3616
    assert client.post(url, {**swapped, "name": "Nya skolan"}).status_code == 302


def test_keyholders_from_first_to_last(client: Client, site: Site) -> None:
    base = f"/objekt/{site.number}/nyckelhavare/"
    wrong = client.post(f"{base}ny/", {"name": "Nyckelhavare 1", "phone": "ring", "hours": "jämt"})
    assert wrong.status_code == 422
    assert len(errors(wrong)) == 2
    for n in (1, 2):
        good = {"name": f"Nyckelhavare {n}", "phone": "0980-31 92 01", "hours": "mån-fre 7-16"}
        assert client.post(f"{base}ny/", good).status_code == 302
    first, second = Keyholder.objects.order_by("order")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Mon–Fri 07:00–16:00" in text(client.get(f"/objekt/{site.number}/"))
    form = text(client.get(f"{base}{first.pk}/"))
    assert 'value="Mon–Fri 07:00–16:00"' in form and "mån" not in form
    english = {**good, "name": "Nyckelhavare 1", "hours": "Mon–Fri 07:00–16:00"}
    assert client.post(f"{base}{first.pk}/", english).status_code == 302
    client.cookies.pop(settings.LANGUAGE_COOKIE_NAME)
    first.refresh_from_db()
    assert first.hours[0] == [["07:00", "16:00"]]
    client.post(f"{base}{second.pk}/upp/")
    assert [k.name for k in Keyholder.objects.order_by("order")] == [
        "Nyckelhavare 2",
        "Nyckelhavare 1",
    ]
    client.post(f"{base}{first.pk}/kodord/", {"code_word": "Blåsippa"})
    first.refresh_from_db()
    assert first.code_word_sealed is not None
    assert "Blåsippa" not in text(client.get(f"{base}{first.pk}/"))
    too_long = client.post(f"{base}{first.pk}/kodord/", {"code_word": "x" * 61})
    assert too_long.status_code == 422
    assert "xxxx" not in text(too_long)
    client.post(f"{base}{first.pk}/avsluta/")
    assert Keyholder.objects.filter(ended_at=None).count() == 1
    other = new_site("Annat")
    assert client.get(f"/objekt/{other.number}/nyckelhavare/{second.pk}/").status_code == 404


def test_keys_are_lent_and_come_back(client: Client, site: Site) -> None:
    base = f"/objekt/{site.number}/nycklar/"
    assert client.post(f"{base}ny/", {"key_number": ""}).status_code == 422
    client.post(f"{base}ny/", {"key_number": "N-17", "kept": "Skåp 2"})
    doubled = client.post(f"{base}ny/", {"key_number": "N-17"})
    assert len(errors(doubled)) == 1
    key = SiteKey.objects.get()
    client.post(f"{base}{key.pk}/lana/", {"borrower": "Patrull 1"})
    assert "Patrull 1" in text(client.get(f"/objekt/{site.number}/"))
    refused = client.post(f"{base}{key.pk}/lana/", {"borrower": "Patrull 2"})
    assert refused.status_code == 422
    assert errors(refused) == ["Patrull 1 har nyckeln. Anteckna först att den är återlämnad."]
    client.post(f"{base}{key.pk}/aterlamna/")
    assert len(errors(client.post(f"{base}{key.pk}/lana/", {"borrower": " "}))) == 1
    kept = client.post(f"{base}{key.pk}/lana/", {"borrower": "x" * 121})
    assert f'value="{"x" * 121}"' in text(kept)
    client.post(f"{base}{key.pk}/avsluta/")
    key.refresh_from_db()
    assert key.ended_at is not None


def test_warnings_come_and_go(client: Client, site: Site) -> None:
    base = f"/objekt/{site.number}/varningar/"
    past = client.post(f"{base}ny/", {"warning_text": "Hund", "warning_until": "2020-01-01"})
    assert len(errors(past)) == 1
    client.post(f"{base}ny/", {"warning_text": "Hund", "warning_until": ""})
    warning = SiteWarning.objects.get()
    assert "Hund" in text(client.get(f"/objekt/{site.number}/"))
    client.post(f"{base}{warning.pk}/avsluta/")
    assert "<b>Hund" not in text(client.get(f"/objekt/{site.number}/"))
    warning.refresh_from_db()
    assert warning.until is not None


def test_a_transmitter_with_its_zones(
    client: Client, site: Site, settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    url = f"/objekt/{site.number}/sandare/ny/"
    typed = {
        "account": "xyz", "path_mobile": "ja",
        "zone_number_0": "3", "zone_name_0": "Ent\u202eré\ufe0f", "zone_kind_0": "burglary",
        "zone_number_1": "03", "zone_name_1": "Dubbel",
        "zone_number_2": "", "zone_name_2": "",
    }  # fmt: skip
    answer = client.post(url, typed)
    assert answer.status_code == 422
    assert 'value="Entré"' in text(answer)
    assert 'value="Dubbel"' in text(answer)
    assert len(errors(answer)) == 2
    more = client.post(url, {**typed, "more": "1"})
    assert text(more).count('name="zone_number_') == 13
    del typed["zone_name_1"], typed["zone_number_1"]
    answer = client.post(url, typed)
    assert len(errors(answer)) == 1
    assert client.post(url, {**typed, "account": "4417"}).status_code == 302
    zone = Zone.objects.get()
    assert (zone.number, zone.name, zone.kind) == ("3", "Entré", "burglary")
    assert list(Transmitter.objects.get().paths.values_list("kind", flat=True)) == ["mobile"]
    edit = f"/objekt/{site.number}/sandare/4417/"
    assert "Mottagaren måste också känna kontot." in text(client.get(edit))
    enrolment = Enrolment(DataDir(tmp_path))
    assert "känner inte det här kontot än" in text(client.get(edit))
    assert "./tornvakt transmitter add 4417" in text(client.get(edit))
    enrolment.add("4417")
    enrolment.close()
    assert "Mottagaren känner det här kontot." in text(client.get(edit))
    Transmitter.objects.get().paths.update(note="SIM slutar på 12")
    client.post(edit, {"zone_number_0": "3", "zone_name_0": "Aula", "path_mobile": "ja"})
    notes = Transmitter.objects.get().paths.values_list("note", flat=True)
    assert list(notes) == ["SIM slutar på 12"]  # what the form does not show stays
    assert [z.name for z in Zone.objects.filter(valid_to=None)] == ["Aula"]
    assert client.get(f"/objekt/{site.number}/sandare/9999/").status_code == 404
    odd = client.post(edit, {"zone_number_0": "²", "zone_name_0": "Aula"}, follow=True)
    assert odd.status_code == 200
    assert client.get(edit).status_code == 200


def test_a_transmitter_is_moved_to_another_object(client: Client, site: Site) -> None:
    services.add_transmitter(site=site, account="4417")
    other = new_site("Annat")
    url = f"/objekt/{site.number}/sandare/4417/flytta/"
    for typed in ("", "OBJ-9999", site.number):
        wrong = client.post(url, {"to": typed})
        assert wrong.status_code == 422
        assert len(errors(wrong)) == 1
        assert f'id="to" name="to" value="{typed}"' in text(wrong)
    moved = client.post(url, {"to": other.number.lower()})
    assert moved.headers["Location"] == f"/objekt/{other.number}/"
    assert Transmitter.objects.get().site == other
    assert client.post(url, {"to": site.number}).status_code == 404


def test_opening_hours(client: Client, site: Site) -> None:
    url = f"/objekt/{site.number}/oppettider/"
    week = {f"day{n}": "07:00–17:00" for n in range(5)} | {"day5": "stängt", "day6": ""}
    rest = {"on_holiday": "stängt", "with_eves": "ja", "early_min": "10", "late_min": "20"}
    wrong = client.post(url, {**week, **rest, "day0": "8-12, 11-13", "exceptions": "jul stängt"})
    assert wrong.status_code == 422
    assert len(errors(wrong)) == 1
    wrong = client.post(url, {**week, **rest, "day0": "8-12, 11-13"})
    assert len(errors(wrong)) == 1
    assert 'value="8-12, 11-13"' in text(wrong)
    client.post(url, {**week, **rest, "exceptions": "2026-12-31 08:00-12:00"})
    row = OpeningSchedule.objects.get()
    assert row.days[0] == [["07:00", "17:00"]]
    assert row.exceptions == {"2026-12-31": [["08:00", "12:00"]]}
    assert (row.early_min, row.late_min, row.with_eves) == (10, 20, True)
    assert 'value="stängt"' in text(client.get(url))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = text(client.get(url))
    assert 'value="closed"' in page and "stängt" not in page and "som vanligt" not in page
    typed = {f"day{n}": "closed" for n in range(6)} | {"day6": "08:00–12:00"}
    usual = {**rest, "on_holiday": "as usual", "exceptions": "2026-12-31 closed"}
    assert client.post(url, {**typed, **usual}).status_code == 302
    newest = OpeningSchedule.objects.get(valid_to=None)
    assert (newest.days[0], newest.on_holiday) == ([], "same")
    assert newest.exceptions == {"2026-12-31": []}
    assert 'value="as usual"' in text(client.get(url))
    client.post(f"{url}avsluta/")
    assert OpeningSchedule.objects.filter(valid_to=None).count() == 0


def test_an_area_gets_hours_of_its_own_from_the_page_of_the_object(
    client: Client, site: Site
) -> None:
    url = f"/objekt/{site.number}/oppettider/"
    assert f'href="{url}#omraden"' in text(client.get(f"/objekt/{site.number}/"))
    assert "?omrade=" not in text(client.get(url))
    sender = services.add_transmitter(site=site, account="ABC1")
    for number, name in (("10", "Källaren"), ("2", "Gymnastiksalen")):
        Area.objects.create(transmitter=sender, number=number, name=name)
    links = re.findall(r'href="([^"]+omrade=[^"]+)">([^<]+)<', text(client.get(url)))
    assert links == [
        (f"{url}?omrade=2", "Gör tider för delområde 2 Gymnastiksalen"),
        (f"{url}?omrade=10", "Gör tider för delområde 10 Källaren"),
    ]
    page = text(client.get(links[0][0]))
    assert "Öppettider · delområde 2</h1>" in page
    client.post(f"{url}?omrade=%072%07", {"early_min": "10", "late_min": "20"})
    assert OpeningSchedule.objects.get().area == "2"  # what cannot be seen is no part of its name
    OpeningSchedule.objects.all().delete()
    assert 'id="omraden"' not in page
    days = {f"day{index}": "08:00-16:00" for index in range(7)}
    typed = {**days, "on_holiday": "stängt", "early_min": "15", "late_min": "30"}
    assert client.post(links[0][0], typed).status_code == 302
    assert list(OpeningSchedule.objects.values_list("area", flat=True)) == ["2"]
    assert ">Ändra delområde 2 Gymnastiksalen<" in text(client.get(url))


def test_drawings_and_pictures_are_kept_shown_and_taken_away(client: Client, site: Site) -> None:
    base = f"/objekt/{site.number}/filer/"
    assert len(errors(client.post(f"{base}ny/", {"title": "Plan 2"}))) == 1
    bad = SimpleUploadedFile("a.exe", b"MZ\x00\x01")
    answer = client.post(f"{base}ny/", {"file": bad, "title": "Plan 2"})
    assert answer.status_code == 422
    assert 'value="Plan 2"' in text(answer)
    good = SimpleUploadedFile("plan.pdf", b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n")
    assert client.post(f"{base}ny/", {"file": good, "title": "Plan 2"}).status_code == 302
    plan = SitePlan.objects.get()
    assert "Plan 2" in text(client.get(f"/objekt/{site.number}/"))
    shown = client.get(f"{base}{plan.pk}/")
    assert shown.content.startswith(b"%PDF-1.4")
    other = new_site("Annat")
    assert client.get(f"/objekt/{other.number}/filer/{plan.pk}/").status_code == 404
    client.post(f"{base}{plan.pk}/avsluta/")
    assert client.get(f"{base}{plan.pk}/").status_code == 404


def test_an_operator_sees_and_tests_but_does_not_change(site: Site) -> None:
    operator = Client()
    operator.force_login(create_user(username="op1", role="operator", call_name="Op 1"))
    page = text(operator.get(f"/objekt/{site.number}/"))
    assert "redigera" not in page
    assert "provlage" in page
    for path in ("redigera/", "sandare/ny/", "oppettider/", "nycklar/ny/", "atgardskort/fire/"):
        assert operator.get(f"/objekt/{site.number}/{path}").status_code == 403, path
    assert operator.get("/objekt/import/").status_code == 403
    assert operator.get("/objekt/export.xlsx").status_code == 403
    assert begin(operator, site).status_code == 302


def test_outside_the_alarm_room_nothing_exists(site: Site) -> None:
    stranger = Client()
    stranger.force_login(create_user(username="eko", role="controller", call_name="Eko"))
    there = stranger.get(f"/objekt/{site.number}/")
    nowhere = stranger.get("/objekt/FINNS-INTE/")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.content == nowhere.content


def test_a_sign_no_database_holds_is_a_bad_request(client: Client, site: Site) -> None:
    for path in ("/objekt/?q=%00", "/objekt/?q=a&omrade=%00", "/objekt/%00/"):
        answer = client.get(path)
        assert answer.status_code == 400, path
    url = f"/objekt/{site.number}/nycklar/ny/"
    assert client.post(url, {"key_number": "K\x00"}).status_code == 400
    assert client.get("/objekt/?q=%2500").status_code == 200
