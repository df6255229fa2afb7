"""What the emergency mode keeps in files: tickets, places and notes."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tornvakt.base.emergency import notes, places, tickets
from tornvakt.base.emergency.places import Place
from tornvakt.base.emergency.tickets import NoTicket, Ticket
from tornvakt.base.inbox.paths import DataDir

AT = 1_795_000_000
TICKET = Ticket(7, "Op 4", "desk1", "operator", "mark", AT, AT + tickets.HOLDS_S)


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    made = DataDir(tmp_path)
    made.create()
    return made


def test_a_ticket_says_who_is_on_shift_for_twelve_hours(data: DataDir) -> None:
    text = tickets.write(data, TICKET)
    assert tickets.read(data, text, AT + 60) == TICKET
    with pytest.raises(NoTicket):
        tickets.read(data, text, AT + tickets.HOLDS_S)


def test_a_ticket_that_is_not_ours_is_none(data: DataDir, tmp_path: Path) -> None:
    text = tickets.write(data, TICKET)
    other = DataDir(tmp_path / "other")
    other.create()
    body, _, mac = text.partition(".")
    forged = tickets.write(other, TICKET)
    for wrong in ("", "x", body, f"{body}.", f".{mac}", f"{body[:-2]}.{mac}", forged, "å.å"):
        with pytest.raises(NoTicket):
            tickets.read(data, wrong, AT)


def test_a_sign_out_ends_its_ticket_and_a_lost_role_all_of_a_persons(data: DataDir) -> None:
    mine, other = TICKET, replace(TICKET, session="another", user=8)
    texts = [tickets.write(data, each) for each in (mine, other)]
    tickets.end(data, session="mark", now=AT + 10)
    with pytest.raises(NoTicket):
        tickets.read(data, texts[0], AT + 20)
    assert tickets.read(data, texts[1], AT + 20) == other
    tickets.end(data, user=8, now=AT + 30)
    with pytest.raises(NoTicket):
        tickets.read(data, texts[1], AT + 40)
    later = replace(other, given_at=AT + 50)
    assert tickets.read(data, tickets.write(data, later), AT + 60) == later
    tickets.end(data, user=9, now=AT + 2 * tickets.HOLDS_S)  # what ran out is forgotten
    assert len(data.emergency_ended.read_text().splitlines()) == 1


def test_tickets_that_end_at_once_are_all_ended_and_what_ran_out_is_thinned(data: DataDir) -> None:
    tickets.end(data, user=99, now=AT - 2 * tickets.HOLDS_S)
    with ThreadPoolExecutor(8) as many:
        for number in range(80):
            many.submit(tickets.end, data, session=f"s{number}", now=AT + number)
    for number in range(80):
        assert tickets.is_ended(data, replace(TICKET, session=f"s{number}"))
    assert not tickets.is_ended(data, replace(TICKET, session="other"))
    assert len(data.emergency_ended.read_bytes().splitlines()) == 80
    assert stat.S_IMODE(data.emergency_ended.stat().st_mode) == 0o600


def test_a_ticket_whose_ending_cannot_be_read_counts_as_ended(data: DataDir) -> None:
    assert not tickets.is_ended(data, TICKET)  # no file: nobody's was
    data.emergency_ended.mkdir()
    assert tickets.is_ended(data, TICKET)
    data.emergency_ended.rmdir()
    data.emergency_ended.write_bytes(b"\xff\n" + b"[" * 5000 + b'\n{"session": "half')
    tickets.end(data, session="mark", now=AT)
    assert tickets.is_ended(data, TICKET)
    assert not tickets.is_ended(data, replace(TICKET, session="other"))


def test_places_are_sealed_and_for_the_owner_alone(data: DataDir) -> None:
    known = {"8801": Place("Funkaboskolan", "Skolgatan 1", "0980-31 92 00")}
    places.save(data, known)
    assert places.load(data) == known
    assert b"Funkabo" not in data.emergency_places.read_bytes()
    assert stat.S_IMODE(data.emergency_places.stat().st_mode) == 0o600
    data.emergency_places.write_bytes(b"x" * 40)
    assert places.load(data) == {}


def test_notes_are_kept_in_a_chain_and_a_changed_one_is_seen(data: DataDir) -> None:
    first = notes.add(data, TICKET, entry=3, text="Ringde", once="a", now=AT + 1)
    again = notes.add(data, TICKET, entry=3, text="Ringde", once="a", now=AT + 2)
    second = notes.add(data, TICKET, entry=4, text="På väg", once="b", now=AT + 3)
    assert again == first
    assert second.before == first.mark
    assert notes.read(data) == [first, second]
    assert stat.S_IMODE(data.emergency_notes.stat().st_mode) == 0o600
    lines = data.emergency_notes.read_text().splitlines()
    changed = {**json.loads(lines[0]), "text": "Gjorde inget"}
    data.emergency_notes.write_text("\n".join([json.dumps(changed), lines[1], "{"]) + "\n")
    assert notes.read(data) == [second]


def test_only_what_is_carried_is_cleared(data: DataDir) -> None:
    first = notes.add(data, TICKET, entry=3, text="a", once="a", now=AT)
    second = notes.add(data, TICKET, entry=3, text="b", once="b", now=AT)
    assert not notes.clear(data, frozenset({first.mark}))
    assert notes.clear(data, frozenset({first.mark, second.mark}))
    assert notes.read(data) == []


def test_a_torn_line_takes_no_other_with_it(data: DataDir) -> None:
    first = notes.add(data, TICKET, entry=3, text="Ringde", once="a", now=AT)
    with data.emergency_notes.open("ab") as file:
        file.write(b'{"at": 1795000001.0, "entry": 3, "us')  # the power went
    second = notes.add(data, TICKET, entry=4, text="På väg", once="b", now=AT + 1)
    assert notes.read(data) == [first, second]
    assert second.before == first.mark


def test_a_note_that_the_disk_refused_leaves_nothing_behind(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = notes.add(data, TICKET, entry=3, text="Ringde", once="a", now=AT)
    stored = data.emergency_notes.read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", _full)
        with pytest.raises(OSError, match="full"):
            notes.add(data, TICKET, entry=4, text="På väg", once="b", now=AT + 1)
    assert data.emergency_notes.read_bytes() == stored
    second = notes.add(data, TICKET, entry=4, text="På väg", once="b", now=AT + 2)
    assert notes.read(data) == [first, second]


def _full(_file: int) -> None:
    raise OSError("full")


def test_odd_separators_in_a_note_are_read_back(data: DataDir) -> None:
    kept = notes.add(data, TICKET, entry=3, text="a\u2028b\x85c", once="o\u2028\ud800", now=AT)
    assert notes.read(data) == [kept]
    assert notes.add(data, TICKET, entry=3, text="a", once="o\u2028\ud800", now=AT + 1) == kept


def test_what_cannot_be_read_is_set_aside_and_never_thrown_away(data: DataDir) -> None:
    first = notes.add(data, TICKET, entry=3, text="a", once="a", now=AT)
    with data.emergency_notes.open("ab") as file:
        file.write(b'{"at": 1795000001.0, "text": "Skickade v\n' + b"[" * 5000 + b"\n")
    stored = data.emergency_notes.read_bytes()
    assert notes.clear(data, frozenset({first.mark}))
    assert notes.read(data) == []
    (aside,) = data.receiver.glob("nodlage-noteringar-undan-*.jsonl")
    assert aside.read_bytes() == stored


def test_a_line_that_was_taken_out_or_put_in_is_seen(data: DataDir) -> None:
    first, second, third = (
        notes.add(data, TICKET, entry=3, text="a", once=once, now=AT) for once in "abc"
    )
    assert notes.look(data) == ([first, second, third], [], [])
    stored = data.emergency_notes.read_bytes().split(b"\n")
    data.emergency_notes.write_bytes(b"\n".join([stored[0], stored[2], b"{", b""]))
    found = notes.look(data)
    assert found.notes == [first, third]
    assert found.breaks == [third.mark]
    assert len(found.strange) == 1
    assert notes.add(data, TICKET, entry=3, text="a", once="d", now=AT).before == third.mark


def test_nobody_writes_more_notes_in_a_minute_than_a_hand_can(data: DataDir) -> None:
    for number in range(notes.AT_MOST):
        notes.add(data, TICKET, entry=3, text="a", once=str(number), now=AT + number)
    with pytest.raises(notes.TooMany):
        notes.add(data, TICKET, entry=3, text="a", once="more", now=AT + 30)
    assert notes.add(data, TICKET, entry=3, text="a", once="0", now=AT + 30).once == "0"
    notes.add(data, replace(TICKET, user=8), entry=3, text="a", once="other", now=AT + 30)
    notes.add(data, TICKET, entry=3, text="a", once="more", now=AT + 60)
    assert len(notes.read(data)) == notes.AT_MOST + 2
