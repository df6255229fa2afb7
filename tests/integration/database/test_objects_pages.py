"""The office's pages of protected objects: what they show, keep and refuse, and what they cost."""

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.unit.domains.sites.test_importing import FULL, workbook
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms.models import Signal, SignalEvent
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import (
    Area,
    Customer,
    ImportState,
    Instruction,
    Keyholder,
    OpeningSchedule,
    Site,
    SiteImport,
    SiteKey,
    SitePlan,
    SiteWarning,
    TestMode,
    Transmitter,
    Zone,
)
from tornvakt.domains.sites.services import importing
from tornvakt.surfaces.office import sites_import
from tornvakt.surfaces.worker import jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader() -> User:
    return create_user(username="skift1", role="shift_leader", call_name="Skift 1")


@pytest.fixture
def client(leader: User) -> Client:
    browser = Client()
    browser.force_login(leader)
    return browser


@pytest.fixture
def site(leader: User) -> Site:
    return new_site("Skolan")


def new_site(name: str, **more: Any) -> Site:
    customer = services.add_customer(name="Kommunen")
    return services.add_site(customer=customer, name=name, kind="school", **more)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def errors(answer: Any) -> list[str]:
    """The sentences that stand beside a field."""
    return re.findall(r'<p class="errmsg" id="[^"]+">(.*?)</p>', text(answer))


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
    client.post(url, {"name": "Nya skolan"})
    site.refresh_from_db()
    assert (site.name, site.is_active) == ("Nya skolan", False)


def test_keyholders_from_first_to_last(client: Client, site: Site) -> None:
    base = f"/objekt/{site.number}/nyckelhavare/"
    wrong = client.post(f"{base}ny/", {"name": "Nyckelhavare 1", "phone": "ring", "hours": "jämt"})
    assert wrong.status_code == 422
    assert len(errors(wrong)) == 2
    for n in (1, 2):
        good = {"name": f"Nyckelhavare {n}", "phone": "0980-31 92 01", "hours": "mån-fre 7-16"}
        assert client.post(f"{base}ny/", good).status_code == 302
    first, second = Keyholder.objects.order_by("order")
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
    refused = client.post(f"{base}{key.pk}/lana/", {"borrower": "Patrull 2"}, follow=True)
    assert "Patrull 1" in text(refused)
    assert "Patrull 2" not in text(refused)
    client.post(f"{base}{key.pk}/aterlamna/")
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
        "zone_number_0": "3", "zone_name_0": "Entré", "zone_kind_0": "burglary",
        "zone_number_1": "03", "zone_name_1": "Dubbel",
        "zone_number_2": "", "zone_name_2": "",
    }  # fmt: skip
    answer = client.post(url, typed)
    assert answer.status_code == 422
    assert 'value="Entré"' in text(answer)
    assert 'value="Dubbel"' in text(answer)
    assert len(errors(answer)) == 1
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
    client.post(edit, {"zone_number_0": "3", "zone_name_0": "Aula"})
    assert [z.name for z in Zone.objects.filter(valid_to=None)] == ["Aula"]
    assert client.get(f"/objekt/{site.number}/sandare/9999/").status_code == 404


def test_opening_hours(client: Client, site: Site, settings: Any) -> None:
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


def card(**more: str) -> dict[str, str]:
    return {
        "title": "Inbrott på skolan",
        "key_0": "a", "text_0": "Ring skolan", "kind_0": "ask", "deadline_0": "60",
        "answer_0_0": "Svarar", "to_0_0": "end", "answer_0_1": "Svarar inte", "to_0_1": "b",
        "key_1": "b", "text_1": "Skicka väktare", "kind_1": "do",
        **more,
    }  # fmt: skip


def test_an_instruction_card_of_its_own(client: Client, site: Site) -> None:
    url = f"/objekt/{site.number}/atgardskort/burglary/"
    assert client.get(url).status_code == 200
    preview = client.post(url, card(preview="1"))
    assert preview.status_code == 200
    assert Instruction.objects.filter(site=site).count() == 0
    assert "Skicka väktare" in text(preview)
    assert "→ steg 2" in text(preview) and "→ slutet" in text(preview)
    added = client.post(url, card(**{"add-1": "1"}))
    assert text(added).count('name="text_') == 3
    removed = client.post(url, card(**{"remove-1": "1"}))
    assert text(removed).count('name="text_') == 1
    assert 'value="Svarar inte"' in text(removed)
    client.post(url, card(save="1"))
    client.post(url, card(save="1", text_1="Skicka två väktare"))
    rows = Instruction.objects.filter(site=site).order_by("version")
    assert [(row.version, row.valid_to is None) for row in rows] == [(1, False), (2, True)]
    compared = text(client.get(f"{url}?jamfor=1"))
    assert "2. Skicka väktare</del>" in compared
    assert "+ 2. Skicka två väktare</ins>" in compared
    client.post(f"{url}avsluta/")
    assert Instruction.objects.filter(site=site, valid_to=None).count() == 0
    assert client.get(f"/objekt/{site.number}/atgardskort/nonsense/").status_code == 404


def test_a_card_that_refers_to_itself_is_named_and_kept(client: Client, site: Site) -> None:
    url = f"/objekt/{site.number}/atgardskort/burglary/"
    answer = client.post(url, card(save="1", goto_1="a"))
    assert answer.status_code == 422
    assert "tillbaka" in text(answer)
    assert 'value="Skicka väktare"' in text(answer)
    assert Instruction.objects.filter(site=site).count() == 0
    answer = client.post(url, card(save="1", deadline_0="en minut", title=""))
    assert answer.status_code == 422
    assert 'value="en minut"' in text(answer)


def test_the_default_cards_can_be_changed(client: Client) -> None:
    assert client.get("/atgardskort/").status_code == 200
    client.post("/atgardskort/burglary/", card(save="1"))
    newest = Instruction.objects.filter(site=None, kind="burglary").latest("version")
    assert newest.title == "Inbrott på skolan"


# --- test mode ---------------------------------------------------------------------------------


def begin(client: Client, site: Site, **more: str) -> Any:
    typed = {"reason": "Årsprov", "minutes": "60", "part": "whole", **more}
    return client.post(f"/objekt/{site.number}/provlage/", typed)


def test_a_test_begins_with_an_end_and_is_ended(client: Client, site: Site) -> None:
    wrong = begin(client, site, reason="", minutes="9999")
    assert wrong.status_code == 422
    assert TestMode.objects.count() == 0
    assert begin(client, site).status_code == 302
    test = TestMode.objects.get()
    assert test.ends_at - test.starts_at <= timedelta(hours=1, seconds=1)
    assert not test.covers_life
    client.post(f"/objekt/{site.number}/provlage/{test.pk}/avsluta/")
    test.refresh_from_db()
    assert test.ended_at is not None


def test_fire_and_hold_up_are_asked_about_twice(client: Client, site: Site) -> None:
    asked = begin(client, site, covers_life="ja")
    assert asked.status_code == 422
    assert 'name="life_confirmed"' in text(asked)
    assert TestMode.objects.count() == 0
    begin(client, site, covers_life="ja", life_confirmed="ja")
    assert TestMode.objects.get().covers_life


def test_one_zone_can_be_on_test_and_no_zone_of_another(client: Client, site: Site) -> None:
    sender = services.add_transmitter(site=site, account="4417")
    services.add_zone(transmitter=sender, number="3", name="Entré")
    begin(client, site, part="zone:4417:3")
    assert (TestMode.objects.get().scope, TestMode.objects.get().scope_id) == ("zone", "3")
    other = new_site("Annat")
    assert begin(client, other, part="zone:4417:3").status_code == 422


@pytest.mark.parametrize(
    "part", ["bogus:1", "whole:1", "zone:4417:999", "zone:4417:*", "zone:4417:000", "area:4417:0"]
)
def test_a_part_that_is_not_there_puts_nothing_on_test(
    client: Client, site: Site, part: str
) -> None:
    services.add_transmitter(site=site, account="4417")
    answer = begin(client, site, part=part)
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    assert TestMode.objects.count() == 0


def signal(
    site: Site, *, account: str, zone: str, at: datetime, entry: int, code: str = "BA"
) -> None:
    sender = Transmitter.objects.get(account=account)
    row = Signal.objects.create(
        entry_id=entry, transmitter=sender, account=account, received_at=at, stored_at=at,
        token="SIA-DCS", raw=b"x", reader_version=1,
    )  # fmt: skip
    SignalEvent.objects.create(
        signal=row, position=0, code_system="sia", code=code, kind="burglary", priority=2,
        zone=zone, is_test=True,
    )  # fmt: skip


def link_of(answer: Any) -> str:
    found = re.search(r'href="http://testserver(/prov/[^"]+)"', text(answer))
    assert found is not None
    return found.group(1)


def test_the_technicians_link_shows_this_objects_signals_and_ends_the_test(
    client: Client, site: Site
) -> None:
    sender = services.add_transmitter(site=site, account="4417")
    services.add_zone(transmitter=sender, number="3", name="Entrén norr")
    other = services.add_transmitter(site=new_site("Annat"), account="8803")
    services.add_zone(transmitter=other, number="3", name="Hemlig zon")
    draft = services.KeyholderDraft(name="Nyckelhavare Hemlig", phone="0980-31 92 01")
    now = datetime.now(UTC)
    services.add_keyholder(site_id=site.pk, draft=draft, by=None, at=now)
    begun = begin(client, site, link="ja")
    assert begun.headers["Cache-Control"] == "no-store"
    link = link_of(begun)
    test = TestMode.objects.get()
    signal(site, account="4417", zone="03", at=test.starts_at + timedelta(seconds=1), entry=1)
    signal(site, account="8803", zone="3", at=test.starts_at + timedelta(seconds=2), entry=2)
    signal(site, account="4417", zone="4", at=test.starts_at - timedelta(minutes=1), entry=3)
    anybody = Client()
    page = text(anybody.get(link))
    assert "Entrén norr" in page
    assert page.count('<th scope="row"') == 1
    assert "Hemlig" not in page
    assert "0980" not in page
    assert anybody.get("/prov/nonsense/").status_code == 404
    assert anybody.get(f"{link}avsluta/").status_code == 405
    assert anybody.post(f"{link}avsluta/").status_code == 302
    test.refresh_from_db()
    assert test.ended_at is not None
    assert test.ended_by is None
    assert anybody.get(link).status_code == 200
    TestMode.objects.update(ended_at=now - timedelta(hours=25), starts_at=now - timedelta(hours=26),
                            ends_at=now - timedelta(hours=25))  # fmt: skip
    assert anybody.get(link).status_code == 404


def test_a_new_link_puts_the_old_one_out_of_use(client: Client, site: Site) -> None:
    old = link_of(begin(client, site, link="ja"))
    test = TestMode.objects.get()
    new = link_of(client.post(f"/objekt/{site.number}/provlage/{test.pk}/lank/"))
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200


# --- import and export -------------------------------------------------------------------------


def upload(client: Client, data: bytes, name: str = "objekt.xlsx") -> Any:
    return client.post("/objekt/import/", {"file": SimpleUploadedFile(name, data)}, follow=True)


def test_import_by_the_pages_from_file_to_register_and_out_again(client: Client) -> None:
    page = upload(client, workbook(FULL))
    assert Site.objects.count() == 0
    run = SiteImport.objects.get()
    assert f"/objekt/import/{run.pk}/bekrafta/" in text(page)
    done = client.post(f"/objekt/import/{run.pk}/bekrafta/", follow=True)
    assert Site.objects.count() == 2
    run.refresh_from_db()
    assert run.state == ImportState.DONE
    assert "bekrafta" not in text(done)
    out = client.get("/objekt/export.xlsx")
    assert load_workbook(io.BytesIO(out.content)).sheetnames[0] == "Objekt"
    again = upload(client, out.content)
    assert "bekrafta" not in text(again)
    csv = client.get("/objekt/export.csv?blad=zoner")
    assert csv.content.startswith(b"\xef\xbb\xbfKonto;Zon;Namn")
    assert client.get("/objekt/export.csv?for=maskin").content.startswith(b"Nummer,Kund,Namn")
    assert client.get("/objekt/export.pdf").status_code == 404
    assert client.get("/objekt/export.csv?blad=x").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_large_import_is_left_to_the_jobs_process(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites_import, "AT_ONCE", 0)
    monkeypatch.setattr(sites_import, "ROWS_AT_ONCE", 0)
    page = upload(client, workbook(FULL))
    run = SiteImport.objects.get()
    assert run.state == ImportState.READING
    assert f"/objekt/import/{run.pk}/lage/" in text(page)
    jobs.run_queued()
    run.refresh_from_db()
    assert run.state == ImportState.JUDGED
    client.post(f"/objekt/import/{run.pk}/bekrafta/")
    assert Site.objects.count() == 0
    jobs.run_queued()
    run.refresh_from_db()
    assert run.state == ImportState.DONE
    assert Site.objects.count() == 2


def test_bad_rows_stand_on_the_page_and_nothing_can_be_confirmed(client: Client) -> None:
    zones: list[list[object]] = [["Konto", "Zon", "Namn"]]
    zones += [[f"9{n:03}", n, f"Zon {n}"] for n in range(40)]
    page = text(upload(client, workbook({"Zoner": zones})))
    assert page.count('<th scope="row">Zoner</th><td data-label') == 40
    assert "bekrafta" not in page
    run = SiteImport.objects.get()
    answer = client.post(f"/objekt/import/{run.pk}/bekrafta/")
    assert answer.status_code == 409
    listed = client.get(f"/objekt/import/{run.pk}/fel.csv").content.decode("utf-8-sig")
    assert len(listed.splitlines()) == 41


def test_a_file_that_is_too_large_or_missing_is_said_beside_the_field(client: Client) -> None:
    answer = client.post("/objekt/import/", {})
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    huge = SimpleUploadedFile("a.csv", b"x" * (20 * 1024 * 1024 + 1))
    answer = client.post("/objekt/import/", {"file": huge})
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    assert SiteImport.objects.count() == 0


def test_progress_is_told_to_the_page(client: Client, leader: User) -> None:
    run = importing.take_in(files=[("a.xlsx", workbook(FULL))], by=leader, now=datetime.now(UTC))
    assert client.get(f"/objekt/import/{run.pk}/").status_code == 200
    told = client.get(f"/objekt/import/{run.pk}/lage/").json()
    assert told["is_running"] is True
    importing.examine(import_id=run.pk, now=datetime.now(UTC))
    assert client.get(f"/objekt/import/{run.pk}/lage/").json()["is_running"] is False
    client.post(f"/objekt/import/{run.pk}/kasta/")
    assert client.post(f"/objekt/import/{run.pk}/bekrafta/").status_code == 409


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


# --- who may ------------------------------------------------------------------------------------


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
    assert 'id="omraden"' not in page
    days = {f"day{index}": "08:00-16:00" for index in range(7)}
    typed = {**days, "on_holiday": "stängt", "early_min": "15", "late_min": "30"}
    assert client.post(links[0][0], typed).status_code == 302
    assert list(OpeningSchedule.objects.values_list("area", flat=True)) == ["2"]
    assert ">Ändra delområde 2 Gymnastiksalen<" in text(client.get(url))
