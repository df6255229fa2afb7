"""The forwarder: in order, once, whatever the database or an entry does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from tests.support.inbox import START_US, fill, notice, sia
from tornvakt.base.facts import pulse
from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt.base.inbox.salvage import set_aside as put_aside
from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.alarms.models import Alarm, InboxCursor, Signal
from tornvakt.domains.incidents.models import Incident
from tornvakt.surfaces.worker import batches
from tornvakt.surfaces.worker import forwarder as module
from tornvakt.surfaces.worker.forwarder import DatabaseAway, Forwarder

pytestmark = pytest.mark.django_db(transaction=True)


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def forwarder(tmp_path: Path) -> Iterator[Forwarder]:
    """Give a forwarder with ten signals of different zones in its inbox."""
    fill(tmp_path, (sia("1234", f"Nri1/BA{n}", sequence=n) for n in range(1, 11)))
    made = Forwarder(fill(tmp_path, []), clock)
    yield made
    made.close()


def drain(forwarder: Forwarder) -> None:
    while forwarder.step():
        pass


def stored() -> list[int]:
    return list(Signal.objects.order_by("id").values_list("entry_id", flat=True))


def test_entries_are_stored_in_order_and_once(forwarder: Forwarder, tmp_path: Path) -> None:
    drain(forwarder)
    again = Forwarder(fill(tmp_path, []), clock)
    drain(again)
    again.close()
    assert stored() == list(range(2, 12))  # 1 is the genesis row
    assert InboxCursor.objects.get().entry_id == 11


def test_a_batch_that_was_stored_but_not_remembered_is_not_stored_twice(
    forwarder: Forwarder,
) -> None:
    drain(forwarder)
    forwarder.progress.cursor = 1  # as after a kill between commit and memory
    forwarder._is_behind = True
    drain(forwarder)
    assert stored() == list(range(2, 12))
    assert forwarder.progress.set_aside == 0


def test_a_database_that_is_away_loses_and_doubles_nothing(
    forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with monkeypatch.context() as away:
        away.setattr("tornvakt.domains.alarms.services.take_in_all", refuse)
        away.setattr(module, "_answers", lambda: False)
        for _ in range(5):
            with pytest.raises(DatabaseAway):
                forwarder.step()
    assert (stored(), forwarder.progress.backlog) == ([], 11)
    drain(forwarder)
    assert stored() == list(range(2, 12))
    assert Signal.objects.filter(is_set_aside=True).count() == 0


def test_a_database_that_is_being_migrated_is_waited_for(forwarder: Forwarder) -> None:
    drain(Forwarder(fill(forwarder._data.root, []), clock))
    before = stored()
    call_command("migrate", "incidents", "zero", verbosity=0)
    try:
        fill(forwarder._data.root, [sia("1234", "Nri1/BA99", sequence=99)])
        with pytest.raises(DatabaseAway):
            drain(forwarder)
        assert stored() == before
    finally:
        call_command("migrate", verbosity=0)
    drain(forwarder)
    assert stored() == [*before, 12]
    assert Signal.objects.filter(is_set_aside=True).count() == 0


def test_an_entry_that_cannot_be_carried_is_set_aside_raw_and_the_rest_flows(
    forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in_all = alarms.take_in_all
    tries = []

    def stumble(*, arrivals: list[alarms.Arrival], **rest: object) -> object:
        if any(arrival.entry.id == 5 for arrival in arrivals):
            tries.append(len(arrivals))
            raise ValueError("poison")
        return take_in_all(arrivals=arrivals, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("tornvakt.domains.alarms.services.take_in_all", stumble)
    drain(forwarder)
    assert stored() == list(range(2, 12))
    (aside,) = Signal.objects.filter(is_set_aside=True)
    assert (aside.entry_id, b"BA4" in bytes(aside.raw)) == (5, True)
    assert tries == [11, 1, 1, 1]
    alarm = Alarm.objects.get(notice="entry.set_aside")
    assert "nr 5" in alarm.title_sv
    assert Incident.objects.filter(links__alarm=alarm, priority=2).count() == 1
    assert forwarder.progress.set_aside == 1


def test_a_poison_entry_that_looks_like_a_database_fault_does_not_block(
    forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in_all = alarms.take_in_all

    def stumble(*, arrivals: list[alarms.Arrival], **rest: object) -> object:
        if any(arrival.entry.id == 5 for arrival in arrivals):
            raise OperationalError("string or blob too big")
        return take_in_all(arrivals=arrivals, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("tornvakt.domains.alarms.services.take_in_all", stumble)
    drain(forwarder)
    assert stored() == list(range(2, 12))


def test_text_no_database_takes_is_stored_all_the_same(tmp_path: Path) -> None:
    raw = b"\nFFFF0011garbage\x00\r"
    odd = NewEntry(Kind.SIGNAL, START_US, "12\x0034", "tcp \x00", b"", raw, b"\x00", b"")
    data = fill(
        tmp_path,
        [
            odd,
            notice(
                "panel.broken",
                source="a\x00b",
                text_sv="\ud800".encode("utf-8", "replace").decode(),
            ),
        ],
    )
    forwarder = Forwarder(data, clock)
    drain(forwarder)
    signal = Signal.objects.get()
    assert bytes(signal.raw) == raw
    assert not signal.is_set_aside
    assert Incident.objects.count() == 2  # unreadable is shown, and so is the notice
    forwarder.close()


def test_another_installations_inbox_is_refused(forwarder: Forwarder, tmp_path: Path) -> None:
    drain(forwarder)
    other = Forwarder(fill(tmp_path / "other", [sia("1234", "Nri1/BA1")]), clock)
    with pytest.raises(alarms.ForeignInbox):
        other.step()
    other.close()
    assert stored() == list(range(2, 12))


@pytest.mark.parametrize(("carried", "notice_name"), [(11, "replaced"), (8, "entries_missing")])
def test_the_inbox_after_a_damaged_one_is_followed_and_what_is_missing_is_told(
    forwarder: Forwarder, tmp_path: Path, carried: int, notice_name: str
) -> None:
    if carried == 11:
        drain(forwarder)
    else:
        forwarder._adopt(forwarder._open() or pytest.fail("no inbox"))
        forwarder._carry((forwarder._open() or pytest.fail("no inbox")).after(0, limit=carried))
    forwarder.close()
    put_aside(DataDir(tmp_path), now=clock())
    after = Forwarder(fill(tmp_path, [sia("1234", "Nri1/BA55")]), clock)
    drain(after)
    after.close()
    assert stored() == [*range(2, carried + 1), 13]  # 12 is the new genesis row
    alarm = Alarm.objects.get(notice=f"inbox.{notice_name}")
    assert alarm.params["count"] == 11 - carried
    assert ("Nr 9–11" in alarm.title_sv) is (carried == 8)
    assert Incident.objects.filter(links__alarm=alarm).count() == 1


def test_a_running_forwarder_notices_that_the_inbox_is_another(
    forwarder: Forwarder, tmp_path: Path
) -> None:
    drain(forwarder)
    put_aside(DataDir(tmp_path), now=clock())
    assert forwarder.step() is False
    assert forwarder.progress.state == "no_inbox"
    fill(tmp_path, [sia("1234", "Nri1/BA55")])
    drain(forwarder)
    assert stored()[-1] == 13


def test_an_inbox_restored_from_an_older_copy_is_refused(
    forwarder: Forwarder, tmp_path: Path
) -> None:
    drain(forwarder)
    InboxCursor.objects.update(entry_hash=b"\x01" * 32)
    again = Forwarder(fill(tmp_path, []), clock)
    with pytest.raises(alarms.InboxWentBack) as refusal:
        again.step()
    again.close()
    assert refusal.value.entry_id == 11
    assert "återläst" in str(refusal.value)


def test_evidence_is_passed_by(tmp_path: Path) -> None:
    evidence = NewEntry(Kind.EVIDENCE, START_US, "1234", "tcp", b"", b"x", b"", b'{"why":"replay"}')
    forwarder = Forwarder(fill(tmp_path, [evidence, sia("1234", "Nri1/BA1")]), clock)
    drain(forwarder)
    assert stored() == [3]
    forwarder.close()


def enrolled(root: Path, *accounts: str) -> None:
    enrolment = Enrolment(DataDir(root))
    for account in accounts:
        enrolment.add(account)
    enrolment.close()


def test_a_hold_up_does_not_wait_behind_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 20)
    junk = [sia(f"{n:04X}", f"Nri1/BA{n}", sequence=n % 9999 + 1) for n in range(1, 301)]
    down = notice("receiver.disk_full")
    data = fill(tmp_path, [*junk, sia("ABCD", "Nri1/HA1"), down, sia("ABCD", "Nri1/HA2")])
    enrolled(tmp_path, "ABCD")
    forwarder = Forwarder(data, clock)
    assert forwarder.step() is True
    assert list(Alarm.objects.filter(account="ABCD").order_by("id").values_list("zone")) == [
        ("1",), ("2",),
    ]  # fmt: skip
    assert Alarm.objects.filter(notice="receiver.disk_full").count() == 1
    assert Signal.objects.count() == 2 + 19  # the first batch holds the genesis row
    assert InboxCursor.objects.get().entry_id == 20
    forwarder.close()
    again = Forwarder(data, clock)  # killed, and started afresh
    drain(again)
    again.close()
    assert sorted(stored()) == [*range(2, 303), 304]
    assert Alarm.objects.get(account="ABCD", zone="1").signal_count == 1
    assert Alarm.objects.get(notice="receiver.disk_full").signal_count == 1
    assert again.progress.set_aside == 0


def test_an_account_that_is_enrolled_while_it_waits_keeps_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 20)
    junk = [sia(f"{n:04X}", f"Nri1/BA{n}", sequence=n % 9999 + 1) for n in range(1, 101)]
    data = fill(tmp_path, [*junk, sia("ABCD", "Nri1/BA1")])
    forwarder = Forwarder(data, clock)
    forwarder.step()
    enrolled(tmp_path, "ABCD")
    fill(tmp_path, [sia("ABCD", "Nri1/BR1", sequence=2)])
    forwarder.step()
    assert not Signal.objects.filter(account="ABCD").exists()
    drain(forwarder)
    forwarder.close()
    assert list(
        Signal.objects.filter(account="ABCD").order_by("id").values_list("entry_id", flat=True)
    ) == [102, 103]
    assert Alarm.objects.get(account="ABCD").state == "restored"


def test_what_cannot_be_carried_ahead_waits_for_its_turn_with_all_of_its_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 20)
    junk = [sia(f"{n:04X}", f"Nri1/BA{n}", sequence=n % 9999 + 1) for n in range(1, 51)]
    known = [sia("ABCD", f"Nri1/HA{n}", sequence=n) for n in (1, 2, 3)]
    data = fill(tmp_path, [*junk, *known, sia("EF01", "Nri1/HA1")])
    enrolled(tmp_path, "ABCD", "EF01")
    take_in_all = alarms.take_in_all

    def stumble(*, arrivals: list[alarms.Arrival], **rest: object) -> object:
        if any(arrival.entry.id == 53 for arrival in arrivals):
            raise ValueError("poison")
        return take_in_all(arrivals=arrivals, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("tornvakt.domains.alarms.services.take_in_all", stumble)
    forwarder = Forwarder(data, clock)
    forwarder.step()
    assert stored()[:2] == [52, 55]
    drain(forwarder)
    forwarder.close()
    assert sorted(stored()) == list(range(2, 56))
    assert [n for n in stored() if n in (52, 53, 54)] == [52, 53, 54]
    assert Signal.objects.get(is_set_aside=True).entry_id == 53


def test_an_inbox_that_went_back_behind_what_was_carried_ahead_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 20)
    junk = [sia(f"{n:04X}", f"Nri1/BA{n}", sequence=n % 9999 + 1) for n in range(1, 51)]
    data = fill(tmp_path, [*junk, sia("ABCD", "Nri1/HA1")])
    enrolled(tmp_path, "ABCD")
    forwarder = Forwarder(data, clock)
    forwarder.step()
    Signal.objects.filter(account="ABCD").update(received_at=clock())
    with pytest.raises(alarms.InboxWentBack) as refusal:
        drain(forwarder)
    forwarder.close()
    assert refusal.value.entry_id == 52


def test_long_frames_make_a_batch_short(
    forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_BYTES", 200)
    assert forwarder.step() is True
    assert 1 <= len(stored()) <= 4
    drain(forwarder)
    assert stored() == list(range(2, 12))


def test_the_pulse_is_carried_only_when_everything_before_it_has_been(
    forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 4)
    monkeypatch.setattr(Reader, "pulse", lambda _self: (17, START_US))
    seen = []
    while True:
        is_more = forwarder.step()
        beat = pulse.current()
        seen.append((Signal.objects.count(), beat.number if beat else None))
        if not is_more:
            break
    assert seen == [(3, None), (7, None), (10, 17)]
    assert forwarder.progress.pulse_at == START_US / 1e6
    again = Forwarder(forwarder._data, clock)
    again.step()
    again.close()
    assert again.progress.pulse_at == START_US / 1e6  # remembered by the database


def test_of_many_pulses_the_newest_arrives_within_its_second(
    forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        monkeypatch.setattr(Reader, "pulse", lambda _self, n=number: (n, START_US))
        forwarder._is_behind = True
        drain(forwarder)
    beat = pulse.current()
    assert beat is not None
    assert beat.number == 1
    monkeypatch.setattr(module, "PULSE_EVERY", timedelta(0))
    drain(forwarder)
    beat = pulse.current()
    assert beat is not None
    assert beat.number == 3


def test_a_closed_connection_is_opened_again(forwarder: Forwarder) -> None:
    forwarder.step()
    connection.close()
    fill(forwarder._data.root, [sia("1234", "Nri1/BA77", sequence=77)])
    drain(forwarder)
    assert len(stored()) == 11


def test_a_database_with_a_migration_still_to_come_is_not_trusted() -> None:
    alarms.adopt(genesis={"installation": "x"}, entry_at=lambda _: None, now=clock())
    assert module._answers() is True
    recorder = MigrationRecorder(connection)
    newest = max(name for app, name in recorder.applied_migrations() if app == "worker")
    recorder.record_unapplied("worker", newest)
    try:
        assert module._answers() is False
    finally:
        recorder.record_applied("worker", newest)


def test_a_failure_of_the_probe_itself_means_away(
    forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseError("disk I/O error")

    monkeypatch.setattr("django.db.transaction.atomic", refuse)
    assert module._answers() is False
