"""What was noted in the emergency mode is carried onto the timeline, once, with its own time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.test import override_settings

from tests.integration.timers.conftest import Say
from tornvakt.base.access.models import User
from tornvakt.base.audit.models import Entry
from tornvakt.base.emergency import notes, places
from tornvakt.base.emergency.tickets import HOLDS_S, Ticket
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms.models import InboxCursor, Notice, Signal
from tornvakt.domains.incidents.models import EmergencyNote, EntryKind, LogEntry
from tornvakt.domains.incidents.services import emergency
from tornvakt.domains.sites.models import Site
from tornvakt.pure.instants import microseconds
from tornvakt.surfaces.worker.timers.nodlage import Nodlage

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_a_note_is_carried_in_when_its_signal_has_been_and_once(
    operator: User, school: Site, say: Say, tmp_path: Path
) -> None:
    say("Nri1/BA4", NOW - timedelta(minutes=10))
    data = DataDir(tmp_path)
    entry_id = Signal.objects.get().entry_id
    assert entry_id is not None
    ticket = Ticket(operator.pk, "Op 2", "d", "operator", "m", 0, HOLDS_S)
    at = NOW - timedelta(minutes=9)
    for number, once in ((entry_id, "a"), (entry_id + 900, "b")):
        notes.add(data, ticket, entry=number, text="Ringde", once=once, now=at.timestamp())
    timer = Nodlage()
    with override_settings(DATA=tmp_path):
        assert timer.carry_notes(now=NOW) == 1  # the other's signal is not here yet
        assert Nodlage().carry_notes(now=NOW) == 0
        line = LogEntry.objects.get(kind=EntryKind.NOTE)
        assert (line.at, line.text, line.actor) == (at, "Ringde", operator)
        assert line.params["emergency"] is True
        InboxCursor.objects.update(entry_id=entry_id + 1000)
        assert timer.carry_notes(now=NOW) == 1
    lone = EmergencyNote.objects.get(entry_id=entry_id + 900)
    assert (lone.incident, lone.text) == (None, "Ringde")  # it became no incident, and is kept
    assert Entry.objects.filter(action="incidents.note_carried").count() == 2


def test_a_look_is_carried_into_the_log_at_its_own_time_and_once(
    operator: User, tmp_path: Path
) -> None:
    data = DataDir(tmp_path)
    data.create()
    ticket = Ticket(operator.pk, "Op 2", "d", "operator", "m", 0, HOLDS_S)
    at = NOW - timedelta(minutes=9)
    notes.looked(data, ticket, now=at.timestamp())
    with override_settings(DATA=tmp_path):
        assert Nodlage().carry_notes(now=NOW) == 1
        assert Nodlage().carry_notes(now=NOW) == 0
    entry = Entry.objects.get(kind="read", purpose="emergency")
    assert (entry.action, entry.actor, entry.at_us) == (
        "incidents.view",
        operator.pk,
        microseconds(at),
    )


def test_what_is_wrong_with_the_notes_is_announced_once_and_stops_no_other(
    operator: User, school: Site, say: Say, tmp_path: Path
) -> None:
    say("Nri1/BA4", NOW - timedelta(minutes=10))
    data = DataDir(tmp_path)
    entry_id = Signal.objects.get().entry_id
    assert entry_id is not None
    ours = Ticket(operator.pk, "Op 2", "d", "operator", "m", 0, HOLDS_S)
    at = (NOW - timedelta(minutes=9)).timestamp()
    for ticket, once in ((replace(ours, user=2**70), "a"), (ours, "b")):
        notes.add(data, ticket, entry=entry_id, text="Ringde", once=once, now=at)
    with override_settings(DATA=tmp_path):
        assert Nodlage().carry_notes(now=NOW) == 1
        (bad,) = notes.aside(data)
        assert bad == notes.read(data)[0].mark
        assert Notice.objects.get(name="emergency.notes_broken").params["count"] == 1
        assert Nodlage().carry_notes(now=NOW) == 0
        assert Notice.objects.filter(name="emergency.notes_broken").count() == 1
        with data.emergency_notes.open("ab") as file:
            file.write(b"{")
        assert Nodlage().carry_notes(now=NOW) == 0
        assert Notice.objects.filter(name="emergency.notes_broken").count() == 2
        assert notes.clear(data, emergency.done_marks(data=data, notes=notes.read(data)))
    assert not data.emergency_notes.exists()


def test_the_places_are_written_when_the_register_has_changed(
    school: Site, transactional_db: None, tmp_path: Path
) -> None:
    with override_settings(DATA=tmp_path):
        timer = Nodlage()
        assert timer.copy_places()
        assert not timer.copy_places()
        Site.objects.update(address="Falkenbergsvägen 1")
        assert timer.copy_places()
    found = places.load(DataDir(tmp_path))
    assert found["1234"].address == "Falkenbergsvägen 1"
