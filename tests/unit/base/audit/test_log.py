"""Writing in the audit log: in the transaction, insert-only, without names, never a silent read."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Model

from tornvakt.base.audit import canonical, log, spool
from tornvakt.base.audit.models import Carried, Checkpoint, Entry, Leaf, Pending
from tornvakt.base.inbox.paths import DataDir

AT = datetime(2026, 11, 22, 21, 47, 38, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Somebody:
    """An account, as far as the log needs one."""

    pk: int = 7
    call_name: str = "Op 2"
    roles: frozenset[str] = frozenset({"shift_leader", "operator"})


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataDir]:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    data = DataDir(tmp_path)
    data.create()
    yield data


@pytest.mark.django_db
def test_a_write_stands_with_ids_and_codes() -> None:
    log.wrote(
        "incident.take",
        by=Somebody(),
        on=("incident", "2026-000123"),
        at=AT,
        purpose="ledning",
        params={"state": "open", "steps": 2, "late": True},
        request_id="r-1",
    )
    (entry,) = log.entries()
    assert (entry.at, entry.kind, entry.action) == (AT, "wrote", "incident.take")
    assert (entry.actor, entry.roles) == (7, ("operator", "shift_leader"))
    assert (entry.on, entry.room, entry.result) == (("incident", "2026-000123"), "LARM", "ok")
    assert json.loads(entry.params) == {"late": True, "state": "open", "steps": 2}
    assert (entry.purpose, entry.request_id, entry.count) == ("ledning", "r-1", 0)
    assert entry.number is None
    assert list(Pending.objects.values_list("entry_id", flat=True)) == [entry.id]


@pytest.mark.django_db(transaction=True)
def test_a_write_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(log.NotInTransaction):
        log.wrote("incident.take", by=None, at=AT)
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_write_goes_when_its_change_goes() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.wrote("incident.take", by=None, at=AT)
        raise ZeroDivisionError
    assert (Entry.objects.count(), Pending.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_no_free_text_gets_in() -> None:
    log.wrote(
        "x",
        by=None,
        on=("person", "Nyckelhavare Ett"),
        at=AT,
        params={"why": "hunden är arg", "long": "a" * 81, "code": "åäö-1", "nul": "a\0b"},
    )
    (entry,) = log.entries()
    assert entry.on == ("person", "(text)")
    assert json.loads(entry.params) == {
        "why": "(text)",
        "long": "(text)",
        "code": "åäö-1",
        "nul": "a\ufffdb",
    }


@pytest.mark.django_db
def test_whatever_stands_in_an_address_is_logged() -> None:
    odd = "\ud800\0\x1b" + "x" * 500
    log.read(odd, by=Somebody(pk=2**40), on=(odd, odd), room=odd, at=AT, request_id=odd)
    (entry,) = Entry.objects.all()
    assert entry.action == "\ufffd\ufffd\ufffd" + "x" * 77
    assert entry.on_id == "(text)"
    assert len(entry.room) == 8


@pytest.mark.django_db
def test_the_bytes_of_an_entry_are_those_of_the_format_page() -> None:
    entry = Entry(
        id=5,
        at_us=1_795_384_058_123_456,
        kind="wrote",
        action="site.edit",
        actor=None,
        roles="",
        room="LARM",
        on_kind="site",
        on_id='OBJ-å"\\',
        purpose="",
        result="ok",
        count=0,
        params='{"a":1}',
        request="",
    )
    assert canonical.content(entry).decode() == (
        '{"action":"site.edit","actor":null,"at_us":1795384058123456,"count":0,"id":5,'
        '"kind":"wrote","on_id":"OBJ-å\\"\\\\","on_kind":"site","params":{"a":1},"purpose":"",'
        '"request":"","result":"ok","roles":"","room":"LARM","v":1}'
    )


FORBIDDEN = {
    "change": "UPDATE {table} SET {column} = {column}",
    "remove": "DELETE FROM {table}",
}


@pytest.mark.django_db
@pytest.mark.parametrize("how", FORBIDDEN)
@pytest.mark.parametrize("model", [Entry, Leaf, Checkpoint])
def test_the_database_itself_refuses(how: str, model: type[Model]) -> None:
    log.wrote("x", by=None, at=AT)
    entry = Entry.objects.get()
    Leaf.objects.create(number=0, entry=entry, hash=bytes(32))
    Checkpoint.objects.create(size=1, root=b"", at_us=1, signature=b"", peaks=b"")
    statement = FORBIDDEN[how].format(
        table=model._meta.db_table, column=model._meta.pk.column if model._meta.pk else ""
    )
    refused = pytest.raises(DatabaseError, match="insert-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert model._default_manager.count() == 1


@pytest.mark.django_db
def test_a_row_cannot_be_replaced_or_the_table_emptied() -> None:
    log.wrote("x", by=None, at=AT)
    entry = Entry.objects.get()
    statement = (
        f"INSERT OR REPLACE INTO audit_entry SELECT {entry.pk}, 1, 'read', 'y', NULL, '', '', '',"
        " '', '', '', 0, '{}', ''"
        if connection.vendor == "sqlite"
        else "TRUNCATE audit_entry CASCADE"
    )
    refused = pytest.raises(DatabaseError, match="insert-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().action == "x"


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Entry, **_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(Entry, "save", refuse)


@pytest.mark.django_db
def test_a_read_that_cannot_be_logged_fails(unwritable: None, data: DataDir) -> None:
    with pytest.raises(log.NotLogged):
        log.read("case.show", by=Somebody(), on=("case", "1"), room="BARN", at=AT)
    assert spool.waiting(data) == []


@pytest.mark.django_db
def test_the_alarm_room_does_not_wait_for_the_log(
    data: DataDir, monkeypatch: pytest.MonkeyPatch, unwritable: None
) -> None:
    log.read("incident.show", by=Somebody(), on=("incident", "2026-000001"), at=AT, count=3)
    assert Entry.objects.count() == 0
    monkeypatch.undo()
    assert spool.carry(data) == 1
    (entry,) = log.entries()
    assert (entry.kind, entry.action, entry.actor, entry.at, entry.count) == (
        "read", "incident.show", 7, AT, 3,
    )  # fmt: skip
    assert entry.roles == ("operator", "shift_leader")
    assert (spool.waiting(data), spool.carry(data)) == ([], 0)
    assert Carried.objects.count() == 0


@pytest.mark.django_db
def test_a_spooled_read_is_carried_once_though_its_file_stays(
    data: DataDir, unwritable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.read("incident.show", by=Somebody(), at=AT)
    monkeypatch.undo()

    def killed(self: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "unlink", killed)
        spool.carry(data)
    assert len(spool.waiting(data)) == 1
    assert spool.carry(data) == 0
    assert (Entry.objects.count(), spool.waiting(data)) == (1, [])


@pytest.mark.django_db
def test_a_spoilt_spool_file_stops_nobody(
    data: DataDir, unwritable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.read("incident.show", by=Somebody(), at=AT)
    monkeypatch.undo()
    (spool.folder(data) / "1-half.json").write_text('{"at_us": 1')
    assert spool.carry(data) == 1
    assert (spool.folder(data) / "1-half.unreadable").exists()
    assert spool.waiting(data) == []


@pytest.mark.django_db
def test_a_disk_that_is_full_too_stops_no_look_into_the_alarm_room(
    data: DataDir, unwritable: None, caplog: pytest.LogCaptureFixture
) -> None:
    data.audit.rmdir()
    data.audit.write_text("in the way")
    log.read("incident.show", by=Somebody(), on=("incident", "2026-000001"), at=AT)
    assert "audit.not_even_spooled action=incident.show actor=7" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_look_waits_a_moment_for_other_writers_and_then_is_spooled(data: DataDir) -> None:
    """Another connection holds the database; a page of the alarm room must come all the same."""
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE")
                is_held.set()
                may_end.wait(30)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert is_held.wait(10)
        began = time.monotonic()
        log.read("incident.show", by=Somebody(), at=AT)
        took = time.monotonic() - began
    finally:
        may_end.set()
        holder.join()
    assert 0.2 < took < 5.0
    assert len(spool.waiting(data)) == 1
    assert spool.carry(data) == 1
    assert [entry.action for entry in log.entries()] == ["incident.show"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (20_000,)
