"""What the windows of the desks are asked, and what they answer, past Django's middleware."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tornvakt.base.access.services import create_user
from tornvakt.domains.incidents.models import DeskWindow
from tornvakt.domains.incidents.services.windows import note_answers
from tornvakt.surfaces.console import windows
from tornvakt.surfaces.console.windows import NotOurs, Window, Windows

AT = datetime(2026, 11, 23, 3, 41, 9, tzinfo=UTC)
WINDOW = Window("0123456789abcdef", 7, "mark")


def _said(at: datetime = AT, sequence: str = "0e0e0e0e-4", **other: object) -> dict[str, Any]:
    number = windows.nonce(at.timestamp(), sequence)
    return {"n": number, "r": "0e0e0e0e-4", "v": 1, "p": 1, "s": "on", **other}


def test_a_number_holds_for_a_while_and_cannot_be_made_up() -> None:
    number = windows.nonce(AT.timestamp(), "0e0e0e0e-4")
    assert windows.sequence_of(number, AT.timestamp() + 14) == "0e0e0e0e-4"
    for wrong, at in ((number, 21.0), (number, -6.0), (number[:-1] + "x", 0.0), ("", 0.0)):
        with pytest.raises(NotOurs):
            windows.sequence_of(wrong, AT.timestamp() + at)


@pytest.mark.parametrize(
    ("rendered", "sequence", "lags"),
    [
        ("0e0e0e0e-4", "0e0e0e0e-4", False),
        ("0e0e0e0e-5", "0e0e0e0e-4", False),
        ("0e0e0e0e-3", "0e0e0e0e-4", True),
        ("d-9", "0e0e0e0e-4", True),
        ("locked", "0e0e0e0e-4", False),
        ("", "none", False),
        ("x", "0e0e0e0e-4", True),
    ],
)
def test_a_window_that_has_not_drawn_what_it_was_sent_is_behind(
    rendered: str, sequence: str, lags: bool
) -> None:
    assert windows.is_behind(rendered, sequence) is lags


def test_what_is_new_is_written_once_and_again_when_it_could_not_be() -> None:
    known = Windows()
    known.opened(WINDOW, AT)
    known.answered(WINDOW, _said(), AT)
    (answer,) = known.to_write()
    assert (answer.sound, answer.is_connected, answer.begun_at) == ("on", True, AT)
    assert known.to_write() == []
    known.not_written([answer])
    assert known.to_write() == [answer]
    known.answered(WINDOW, _said(v=0, p=0, s="held"), AT)
    (hidden,) = known.to_write()
    assert (hidden.is_visible, hidden.is_behind, hidden.sound) == (False, False, "held")
    assert hidden.begun_at == AT
    known.answered(WINDOW, _said(r="0e0e0e0e-1"), AT)
    assert known.to_write()[0].is_behind


@pytest.mark.parametrize(
    "drawn", ["\x00", "\ud800", "e-4", "0E0E0E0E-4", "0e0e0e0e-٤", ["x"], "x" * 99]
)
def test_what_a_window_cannot_have_drawn_is_nothing(drawn: object) -> None:
    known = Windows()
    known.answered(WINDOW, _said(r=drawn, s="\x00"), AT)
    (answer,) = known.to_write()
    assert (answer.rendered, answer.sound, answer.is_behind) == ("", "none", True)


@pytest.mark.django_db
def test_an_answer_that_cannot_be_written_takes_no_other_with_it() -> None:
    user = create_user(username="a", call_name="Op 1", role="operator")
    known = Windows()
    for number in range(3):
        window = Window(f"{number}123456789abcdef", user.pk, "mark")
        known.answered(window, _said(), AT)
    good, bad, other = known.to_write()
    note_answers(answers=[good, replace(bad, rendered="\ud800"), other])
    assert set(DeskWindow.objects.values_list("desk_id", flat=True)) == {
        good.desk_id,
        other.desk_id,
    }


def test_a_stream_that_is_opened_anew_is_no_gap_and_a_good_bye_is_kept() -> None:
    known = Windows()
    known.opened(WINDOW, AT)
    known.opened(WINDOW, AT)
    known.closed(WINDOW)
    assert known.to_write()[0].is_connected
    known.left(WINDOW, AT)
    known.closed(WINDOW)
    (gone,) = known.to_write()
    assert (gone.is_connected, gone.left_at) == (False, AT)
    known.forget_old(AT + timedelta(hours=1))
    assert list(known) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 400),
        (b"x", 400),
        (b"[" * 4000, 400),
        (b'{"k": "\\ud800"}', 403),
        (b'{"k": Infinity}', 403),
        (b'{"k": "forged"}', 403),
        (b"[" + b" " * 5000, 413),
    ],
)
def test_what_is_not_ours_is_refused(body: bytes, status: int) -> None:
    assert _post(body) == status


def test_an_answer_is_taken_in_by_the_front() -> None:
    now = datetime.now(UTC)
    said = {"k": windows.token_for(WINDOW), **_said(now)}
    assert _post(json.dumps(said).encode()) == 204
    assert [each.user_id for each in windows.known if each.desk_id == WINDOW.desk_id] == [7]
    assert _post(json.dumps({"k": said["k"], "bye": 1}).encode()) == 204
    assert _post(b"", method="GET") == 405


def _post(body: bytes, method: str = "POST") -> int:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(windows.answer({"method": method}, receive, send))
    return int(sent[0]["status"])


def test_a_session_is_remembered_by_so_many_windows() -> None:
    known = Windows()
    for n in range(100):
        window = Window(f"window{n:04}", 7, "mark")
        known.opened(window, AT + timedelta(seconds=n))
        known.closed(window)
        assert len(list(known)) <= windows.WINDOWS_A_SESSION
        known.to_write()
    known.opened(WINDOW, AT + timedelta(seconds=100))
    for n in range(9):
        known.opened(Window(f"later{n:04}", 7, "mark"), AT + timedelta(seconds=200 + n))
    ids = {answer.desk_id for answer in known}
    assert WINDOW.desk_id in ids  # what has a stream is never forgotten
    assert len(ids) == 10
    other = Window("0123456789abcdee", 8, "another")
    known.opened(other, AT)
    assert other.desk_id in {answer.desk_id for answer in known}
