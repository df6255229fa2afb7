"""An import from upload to register: every bad row named, nothing changed before the yes."""

import io
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.base.facts.models import FactRow
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import (
    Area,
    Customer,
    ImportState,
    Keyholder,
    OpeningSchedule,
    Site,
    SiteImport,
    SiteKey,
    SiteWarning,
    Transmitter,
    Zone,
)
from tornvakt.domains.sites.selectors import settings_of
from tornvakt.domains.sites.services import exporting, importing, importing_writing, sheets
from tornvakt.domains.sites.services.importing_book import ImportRefused
from tornvakt.domains.sites.services.importing_said import words

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

FULL: dict[str, list[list[object]]] = {
    "Objekt": [
        ["Nummer", "Kund", "Namn", "Slag", "Adress", "Stadsdel", "Latitud", "Longitud", "Telefon",
         "Tillträde", "Anteckningar", "I drift"],
        ["S1", "Kommunen", "Skolan", "Grundskola", "Skolgatan 1", "Norr", 56.66, 16.35,
         "0980-31 92 00", "Entré B", "'=inte en formel", "ja"],
        [None, "Kommunen", "Biblioteket", "Bibliotek", None, None, None, None, None, None, None,
         "nej"],
    ],
    "Sändare": [["Objekt", "Konto", "Namn", "Modell", "Provlarm (timmar)"],
                ["S1", "0044", "Central", "Modell 2", 24],
                ["Biblioteket", "ab12", None, None, None]],
    "Delområden": [["Konto", "Delområde", "Delområdets namn"], ["0044", "1", "Slöjdsalen"]],
    "Zoner": [["Konto", "Zon", "Namn", "Delområde", "Larmslag"],
              ["0044", "03", "@entré", "1", "Inbrott"], ["AB12", "1", "Rök", None, "Brand"]],
    "Nyckelhavare": [
        ["Objekt", "Ordning", "Namn", "Roll", "Telefon", "Telefon 2", "Tider", "Får avboka"],
        ["S1", 1, "Nyckelhavare 1", "Vaktmästare", "0980-31 92 01", "+46 980 31 92 02",
         "mån–fre 07:00–16:00", "ja"],
        ["S1", 2, "Nyckelhavare 2", None, "0980-31 92 03", None, None, "nej"],
    ],
    "Nycklar": [["Objekt", "Nyckel", "Förvaras", "Anteckning"], ["S1", "N-17", "Skåp 2", "-grön"]],
    "Varningar": [["Objekt", "Varning", "Från", "Till"], ["S1", "Hund", "2026-11-01", "2027-01-31"],
                  ["S1", "Klorförråd", None, None]],
    "Öppettider": [
        ["Objekt", "Delområde", "Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag",
         "Söndag", "Helgdag", "Tidigt (minuter)", "Sent (minuter)", "Undantag"],
        ["S1", None, "7-17", "07:00-12:00, 13:00-17:00", "07:00-17:00", "07:00-17:00",
         "07:00-15:00", "stängt", None, "10-12", 20, 45, "2026-12-31 08-12; 2026-12-30 stängt"],
    ],
}  # fmt: skip


def workbook(tables: dict[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in tables.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def leader() -> User:
    return create_user(username="skift1", role="shift_leader", call_name="Skift 1")


def examined(by: User, *files: tuple[str, bytes], now: datetime = NOW) -> SiteImport:
    run = importing.take_in(files=list(files), by=by, now=now)
    return importing.examine(import_id=run.pk, now=now)


def imported(by: User, data: bytes, now: datetime = NOW) -> SiteImport:
    run = examined(by, ("objekt.xlsx", data), now=now)
    assert run.preview["faults"] == []
    importing.confirm(import_id=run.pk, by=by, now=now)
    return importing.carry_out(import_id=run.pk, by=by, now=now)


def everything() -> list[list[dict[str, Any]]]:
    models = (Customer, Site, Transmitter, Area, Zone, Keyholder, SiteKey, SiteWarning,
              OpeningSchedule)  # fmt: skip
    return [list(model.objects.order_by("pk").values()) for model in models]  # type: ignore[attr-defined]


def faults(run: SiteImport) -> list[tuple[str, int | None, str]]:
    return [(each["sheet"], each["line"], each["column"]) for each in run.preview["faults"]]


def test_a_whole_register_comes_in(leader: User) -> None:
    run = imported(leader, workbook(FULL))
    assert run.state == ImportState.DONE
    school = Site.objects.get(number="S1")
    assert (school.kind, school.notes, school.latitude) == ("school", "=inte en formel", 56.66)
    library = Site.objects.get(name="Biblioteket")
    assert library.number.startswith("OBJ-")
    assert not library.is_active
    assert Transmitter.objects.get(account="AB12").site == library
    zone = Zone.objects.get(transmitter__account="0044")
    assert (zone.number, zone.name, zone.area, zone.kind, zone.valid_to) == (
        "03", "@entré", "1", "burglary", None,
    )  # fmt: skip
    first = Keyholder.objects.get(order=1)
    assert first.hours == [[["07:00", "16:00"]]] * 5 + [[], []]
    assert first.may_cancel
    warning = SiteWarning.objects.get(text="Hund")
    assert warning.until == datetime(2027, 1, 31, 23, tzinfo=UTC)
    schedule = OpeningSchedule.objects.get()
    assert schedule.days[1] == [["07:00", "12:00"], ["13:00", "17:00"]]
    assert schedule.days[5:] == [[], []]
    assert (schedule.on_holiday, schedule.holiday_hours) == ("hours", [["10:00", "12:00"]])
    assert schedule.exceptions == {"2026-12-30": [], "2026-12-31": [["08:00", "12:00"]]}
    touched = Entry.objects.filter(action="sites.imported").values_list("on_id", flat=True)
    assert sorted(touched) == sorted(["S1", library.number])
    assert Entry.objects.filter(action="sites.import_done", actor=leader.pk).count() == 1
    (told,) = FactRow.objects.filter(name="sites.RegisterImported")
    assert told.body == {"import_id": SiteImport.objects.get().pk}


def test_export_and_import_again_changes_nothing(leader: User) -> None:
    imported(leader, workbook(FULL))
    before = everything()
    out = exporting.as_excel(at=LATER)
    run = examined(leader, ("ut.xlsx", out), now=LATER)
    assert run.preview["faults"] == []
    assert {table: counts["same"] for table, counts in run.tallies.items()} == {
        "objekt": 2, "sandare": 2, "delomraden": 1, "zoner": 2, "nyckelhavare": 2, "nycklar": 1,
        "varningar": 2, "oppettider": 1,
    }  # fmt: skip
    assert sum(c["new"] + c["changed"] + c["ended"] for c in run.tallies.values()) == 0
    assert everything() == before


@pytest.mark.parametrize("for_machines", [False, True])
def test_csv_out_and_in_changes_nothing(leader: User, for_machines: bool) -> None:
    imported(leader, workbook(FULL))
    files = [
        (f"{table.code}.csv", exporting.as_csv(table=table, at=LATER, for_machines=for_machines))
        for table in sheets.TABLES
    ]
    run = examined(leader, *files, now=LATER)
    assert run.preview["faults"] == []
    sums = {
        what: sum(counts[what] for counts in run.tallies.values())
        for what in ("new", "changed", "ended", "same")
    }
    assert sums == {"new": 0, "changed": 0, "ended": 0, "same": 13}


def test_no_cell_of_an_export_can_be_calculated(leader: User) -> None:
    imported(leader, workbook(FULL))
    book = load_workbook(io.BytesIO(exporting.as_excel(at=LATER)))
    texts = [c.value for sheet in book for row in sheet for c in row if isinstance(c.value, str)]
    assert "'=inte en formel" in texts
    assert "'@entré" in texts
    assert "'+46 980 31 92 02" in texts
    assert [text for text in texts if text[0] in "=+-@"] == []
    csv = exporting.as_csv(table=sheets.OBJECTS, at=LATER)
    assert csv.startswith(b"\xef\xbb\xbf")
    assert "'=inte en formel" in csv.decode()
    assert ";56,66;" in csv.decode()


def test_a_text_no_workbook_holds_does_not_stop_the_export(leader: User) -> None:
    imported(leader, workbook(FULL))
    Site.objects.update(notes="ring\x07 först")
    book = load_workbook(io.BytesIO(exporting.as_excel(at=LATER)))
    assert "ring först" in [c.value for row in book["Objekt"] for c in row]


def test_nothing_is_changed_before_the_yes_nor_by_a_no(leader: User) -> None:
    run = examined(leader, ("a.xlsx", workbook(FULL)))
    assert run.state == ImportState.JUDGED
    assert run.tallies["objekt"] == {"new": 2, "changed": 0, "ended": 0, "same": 0}
    assert Site.objects.count() == Customer.objects.count() == 0
    importing.leave(import_id=run.pk, by=leader, now=NOW)
    assert Site.objects.count() == 0
    with pytest.raises(importing.ImportIsOver):
        importing.confirm(import_id=run.pk, by=leader, now=NOW)


def test_a_point_abroad_is_remarked_on(leader: User) -> None:
    rows = "S1;Kund;Norr;56,66;16,36\r\nS2;Kund;Syd;16,36;56,66\r\n"
    csv = f"Nummer;Kund;Namn;Latitud;Longitud\r\n{rows}".encode()
    (said,) = examined(leader, ("objekt.csv", csv)).preview["remarks"]
    assert words(said).startswith("Rad 3 i Objekt: punkten ligger utanför Sverige.")


def test_forty_unknown_zones_are_forty_named_rows(leader: User) -> None:
    zones: list[list[object]] = [["Konto", "Zon", "Namn"], ["0044", "1", "Rätt"]]
    zones += [[9000 + n, n, f"Zon {n}"] for n in range(40)]
    zones += [[44, "2", "Nollorna borta"]]
    run = examined(leader, ("a.xlsx", workbook({**FULL, "Zoner": zones})))
    assert faults(run) == [("Zoner", line, "Konto (A)") for line in range(3, 44)]
    assert run.preview["fault_rows"] == 41
    stored = run.preview["faults"][-1]["sentence"]
    with override("sv"):
        assert words(stored).startswith("Det finns inget konto 44, men det finns 0044.")
    with override("en"):  # whoever reads it later reads it in their own language
        assert words(stored).startswith("There is no account 44, but there is 0044.")
    with pytest.raises(importing.ImportHasFaults):
        importing.confirm(import_id=run.pk, by=leader, now=NOW)
    assert Site.objects.count() == 0


def test_every_bad_row_is_named_with_its_column(leader: User) -> None:
    tables: dict[str, list[list[object]]] = {
        "Objekt": [
            ["Nummer", "Kund", "Namn", "Slag", "Latitud", "Longitud"],
            ["A1", "K", "Ett", "Slott", None, None],
            ["A2", "K", "Två", None, 56.6, None],
            ["A2", "K", "Tre", None, None, None],
            [None, "K", "Två", None, None, None],
            ["A5", None, "Fem", None, None, None],
            ["A6", "K", "=1+1", None, None, None],
        ],
        "Sändare": [
            ["Objekt", "Konto", "Provlarm (timmar)"],
            ["Nix", "0001", 1],
            ["A6", "0002", 0],
            ["A6", 44, 1],
        ],
        "Varningar": [["Objekt", "Varning", "Från", "Till"], ["A1", "x", "2026-02-30", None]],
        "Öppettider": [["Objekt", "Måndag", "Helgdag"], ["A1", "8-12, 11-13", None]],
    }
    run = examined(leader, ("a.xlsx", workbook(tables)))
    assert faults(run) == [
        ("Objekt", 2, "Slag (D)"),
        ("Objekt", 3, "Longitud (F)"),
        ("Objekt", 4, "Nummer (A)"),
        ("Objekt", 5, "Namn (C)"),
        ("Objekt", 6, "Kund (B)"),
        ("Objekt", 7, "Namn (C)"),
        ("Sändare", 2, "Objekt (A)"),
        ("Sändare", 3, "Provlarm (timmar) (C)"),
        ("Sändare", 4, "Konto (B)"),
        ("Varningar", 2, "Från (C)"),
        ("Öppettider", 2, "Måndag (B)"),
    ]
    assert len({words(each["sentence"]) for each in run.preview["faults"]}) == 11
    assert Site.objects.count() == 0


def test_a_change_shows_before_and_after_and_closes_what_was(leader: User) -> None:
    imported(leader, workbook(FULL))
    zones = b"Konto;Zon;Namn\r\n0044;3;Aulan\r\n"
    run = examined(leader, ("zoner.csv", zones), now=LATER)
    (change,) = run.preview["tables"][0]["changes"]
    assert change["what"] == "changed"
    assert change["fields"] == [{"column": "Namn", "before": "@entré", "after": "Aulan"}]
    importing.confirm(import_id=run.pk, by=leader, now=LATER)
    importing.carry_out(import_id=run.pk, by=leader, now=LATER)
    rows = Zone.objects.filter(transmitter__account="0044").order_by("valid_from")
    assert [(row.number, row.name, row.area, row.valid_to) for row in rows] == [
        ("03", "@entré", "1", LATER),
        ("03", "Aulan", "1", None),
    ]


def test_a_call_list_is_replaced_and_a_missing_column_leaves_values(leader: User) -> None:
    imported(leader, workbook(FULL))
    Keyholder.objects.update(code_word_sealed=b"x")
    csv = (
        "Objekt;Ordning;Namn;Telefon\r\n"
        "S1;1;Nyckelhavare 2;0980-31 92 03\r\n"
        "S1;2;Nyckelhavare 3;0980-31 92 04\r\n"
    )
    run = examined(leader, ("ringlista.csv", csv.encode()), now=LATER)
    assert run.tallies["nyckelhavare"] == {"new": 1, "changed": 1, "ended": 1, "same": 0}
    importing.confirm(import_id=run.pk, by=leader, now=LATER)
    importing.carry_out(import_id=run.pk, by=leader, now=LATER)
    now_on = Keyholder.objects.filter(ended_at=None).order_by("order")
    assert [(k.name, k.order) for k in now_on] == [("Nyckelhavare 2", 1), ("Nyckelhavare 3", 2)]
    gone = Keyholder.objects.get(name="Nyckelhavare 1")
    assert gone.ended_at == LATER
    assert gone.hours
    assert gone.code_word_sealed is None


def test_a_transmitter_that_is_moved_by_a_file_is_remembered_where_it_stood(leader: User) -> None:
    imported(leader, workbook(FULL))
    ids = dict(Site.objects.values_list("name", "pk"))
    run = examined(leader, ("a.csv", b"Objekt;Konto\r\nBiblioteket;0044\r\n"), now=LATER)
    importing.confirm(import_id=run.pk, by=leader, now=LATER)
    importing.carry_out(import_id=run.pk, by=leader, now=LATER)
    sender = Transmitter.objects.get(account="0044")
    assert (sender.site_id, sender.placed_at) == (ids["Biblioteket"], LATER)
    setting = settings_of(["0044"], NOW, LATER)["0044"]
    assert [setting.site_at(at) for at in (NOW, LATER)] == [ids["Skolan"], ids["Biblioteket"]]


def test_numbers_and_ids_go_on_after_an_import(leader: User) -> None:
    """The import takes its ids and its numbers itself, before its transaction."""
    imported(leader, workbook(FULL))
    site = services.add_site(customer=Customer.objects.get(), name="Ett till")
    assert site.number == "OBJ-0002"
    zone = Zone.objects.create(transmitter=Transmitter.objects.all()[0], number="9", name="Ny")
    assert zone.pk == max(Zone.objects.values_list("pk", flat=True))


def test_what_fails_half_way_leaves_nothing(leader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = examined(leader, ("a.xlsx", workbook(FULL)))
    importing.confirm(import_id=run.pk, by=leader, now=NOW)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise IntegrityError("somebody was faster")

    with monkeypatch.context() as broken:
        broken.setattr(importing, "publish", fail)  # when every row has been written
        with pytest.raises(importing.RegisterHasChanged):
            importing.carry_out(import_id=run.pk, by=leader, now=NOW)
    assert Site.objects.count() == Zone.objects.count() == Keyholder.objects.count() == 0
    run.refresh_from_db()
    assert run.state == ImportState.JUDGED


def test_a_change_between_the_reading_and_the_writing_stops_it(
    leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(leader, workbook(FULL))
    run = examined(leader, ("a.csv", b"Nummer;Kund;Namn;Adress\r\nS1;Kommunen;Skolan;Ny 2\r\n"))
    importing.confirm(import_id=run.pk, by=leader, now=LATER)
    ready = importing_writing.prepare

    def somebody_is_faster(*given: Any) -> Any:
        site = Site.objects.get(number="S1")
        services.warn(site_id=site.pk, text="Hal trappa", by=leader, at=LATER)
        return ready(*given)

    with monkeypatch.context() as slow:
        slow.setattr(importing, "prepare", somebody_is_faster)
        with pytest.raises(importing.RegisterHasChanged):
            importing.carry_out(import_id=run.pk, by=leader, now=LATER)
    assert Site.objects.get(number="S1").address == "Skolgatan 1"
    run.refresh_from_db()
    assert run.state == ImportState.JUDGED


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_not_committed_yet_is_not_overwritten(
    leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL: the import would wait for the row, and then write all its columns."""
    imported(leader, workbook(FULL))
    run = examined(leader, ("a.csv", b"Nummer;Kund;Namn;Adress\r\nS1;Kommunen;Skolan;Ny 2\r\n"))
    importing.confirm(import_id=run.pk, by=leader, now=LATER)
    site, is_changed, ready = (
        Site.objects.get(number="S1"),
        threading.Event(),
        importing_writing.prepare,
    )
    draft = services.SiteDraft(name=site.name, phone="0980-31 92 99")

    def change() -> None:
        with transaction.atomic():
            services.change_site(site_id=site.pk, draft=draft, by=leader, at=LATER)
            is_changed.set()
            time.sleep(0.4)
        connection.close()

    thread = threading.Thread(target=change)

    def somebody_is_faster(*given: Any) -> Any:
        plan = ready(*given)
        thread.start()
        assert is_changed.wait(10)
        return plan

    monkeypatch.setattr(importing, "prepare", somebody_is_faster)
    with pytest.raises(importing.RegisterHasChanged):
        importing.carry_out(import_id=run.pk, by=leader, now=LATER)
    thread.join()
    assert Site.objects.get(number="S1").phone == "0980-31 92 99"


def test_it_is_not_carried_out_for_somebody_who_lost_the_role_meanwhile(leader: User) -> None:
    run = examined(leader, ("a.xlsx", workbook(FULL)))
    importing.confirm(import_id=run.pk, by=leader, now=NOW)
    leader.holdings.update(until=F("since"))
    with pytest.raises(importing.MayNotImport):
        importing.carry_out(import_id=run.pk, by=leader, now=LATER)
    assert Site.objects.count() == 0
    run.refresh_from_db()
    assert run.state == ImportState.JUDGED
    assert words(run.sentence).startswith("Den som bekräftade får inte längre importera")


def test_a_register_that_has_changed_meanwhile_is_shown_anew(leader: User) -> None:
    imported(leader, workbook(FULL))
    csv = "Nummer;Kund;Namn;Adress\r\nS1;Kommunen;Skolan;Nya gatan 2\r\n"
    run = examined(leader, ("a.csv", csv.encode()), now=LATER)
    Site.objects.filter(number="S1").update(address="Skolgatan 99")
    importing.confirm(import_id=run.pk, by=leader, now=LATER)
    with pytest.raises(importing.RegisterHasChanged):
        importing.carry_out(import_id=run.pk, by=leader, now=LATER)
    assert Site.objects.get(number="S1").address == "Skolgatan 99"
    run.refresh_from_db()
    assert run.preview["tables"][0]["changes"][0]["fields"] == [
        {"column": "Adress", "before": "Skolgatan 99", "after": "Nya gatan 2"}
    ]
    importing.confirm(import_id=run.pk, by=leader, now=LATER)
    importing.carry_out(import_id=run.pk, by=leader, now=LATER)
    assert Site.objects.get(number="S1").address == "Nya gatan 2"


def test_a_file_that_cannot_be_read_is_refused_and_not_kept(leader: User) -> None:
    run = examined(leader, ("a.pdf", b"%PDF-1.4"))
    assert run.state == ImportState.REFUSED
    assert run.sentence
    assert list(importing._folder().glob(f"{run.pk}.*")) == []
    with pytest.raises(ImportRefused):
        importing.take_in(files=[], by=leader, now=NOW)


def test_what_an_earlier_import_of_the_same_number_left_is_not_read_into_it(leader: User) -> None:
    """The database was put back from a copy; the files were not."""
    first = examined(leader, ("a.csv", b"x"), ("b.csv", b"Konto;Objekt\r\n0099;OBJ-0001\r\n"))
    left = sorted(importing._folder().glob(f"{first.pk}.*.sealed"))
    stray = importing._folder() / f"{first.pk + 1}.001.sealed"
    stray.write_bytes(left[1].read_bytes() if left else b"left over")
    second = examined(leader, ("a.xlsx", workbook(FULL)))
    assert second.pk == first.pk + 1
    assert not stray.exists()
    assert (second.state, second.preview["faults"]) == (ImportState.JUDGED, [])


def test_a_file_nobody_confirms_is_thrown_away(leader: User) -> None:
    run = examined(leader, ("a.xlsx", workbook(FULL)))
    (sealed,) = importing._folder().glob(f"{run.pk}.*.sealed")
    assert b"Nyckelhavare" not in sealed.read_bytes()
    importing.forget_old(now=NOW + importing.KEPT + timedelta(seconds=1))
    run.refresh_from_db()
    assert (run.state, run.preview) == (ImportState.LEFT, {})
    assert list(importing._folder().glob(f"{run.pk}.*")) == []


def test_progress_is_told_while_it_runs(leader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = examined(leader, ("a.xlsx", workbook(FULL)))
    importing.confirm(import_id=run.pk, by=leader, now=NOW)
    seen: list[tuple[str, int, int]] = []
    tell = importing._tell

    def listen(import_id: int, phase: str, done: int, of: int) -> None:
        tell(import_id, phase, done, of)
        found = importing.progress(run)
        seen.append((found.phase, found.done, found.of))

    monkeypatch.setattr(importing, "_tell", listen)
    importing.carry_out(import_id=run.pk, by=leader, now=NOW)
    assert ("writing", 13, 13) in seen
    assert [done for phase, done, _of in seen if phase == "writing"] == sorted(
        done for phase, done, _of in seen if phase == "writing"
    )
