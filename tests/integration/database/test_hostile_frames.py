"""What strangers send never takes the desk from anybody: every page is rendered, whatever came."""

from itertools import count

import pytest
from django.test import Client

from tests.integration.database.conftest import Carry
from tests.support.inbox import START_US, sia
from tornvakt.base.access.models import User
from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.domains.alarms.models import Signal
from tornvakt.domains.incidents import selectors
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.pure.protocols.dc09 import mutate
from tornvakt.pure.protocols.dc09.checksum import Variant, seal
from tornvakt.pure.protocols.dc09.framing import Broken, check
from tornvakt.surfaces.console import desk, pane

END_OF_TIME = seal(b'"SIA-DCS"1032L0#7A4A[#7A4A|Nri1/FA1]_23:59:59,12-31-9999', Variant.STANDARD)


@pytest.fixture
def visitor(operator: User) -> Client:
    """Give a browser where Op 2 is signed in, and where a fault is an answer and not a crash."""
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    return client


_numbers = count()


def entry(raw: bytes) -> NewEntry:
    """Return the frame as the receiver stores it, a quarter of a minute after the one before."""
    frame = check(raw)
    assert not isinstance(frame, Broken)
    number = next(_numbers)
    at_us, key = START_US + number * 15_000_000, f"{number:016d}".encode()
    return NewEntry(Kind.SIGNAL, at_us, frame.account, "tcp 127.0.0.1", key, raw, b"", b"")


def accepted(count: int) -> list[bytes]:
    """Return ``count`` hostile frames whose check is right, so that the receiver takes them."""
    found = [raw for raw in mutate.specimens() if raw and not isinstance(check(raw), Broken)]
    for raw in mutate.mutants(seed=7, count=60_000):
        if len(found) >= count:
            break
        if not isinstance(check(raw), Broken):
            found.append(raw)
    return found


def test_a_time_at_the_end_of_time_takes_nobodys_desk(
    carry: Carry, visitor: Client, operator: User
) -> None:
    carry([entry(END_OF_TIME), sia("1234", "Nri1/BA4")])
    signal = Signal.objects.get(account="7A4A")
    assert (signal.message_at, signal.flags) == (None, ["unreadable_time"])
    assert visitor.get("/larm/").status_code == 200
    for row in selectors.queue(operator):
        assert visitor.get(f"/larm/handelser/{row.number}/").status_code == 200


def test_an_incident_that_cannot_be_drawn_is_shown_bare_and_told_once(
    carry: Carry,
    visitor: Client,
    operator: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    carry([sia("1234", "Nri1/HA4")])
    (row,) = selectors.queue(operator)

    def stumble(*_: object) -> object:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(pane, "screen", stumble)
    monkeypatch.setattr(desk, "_told", set())
    for address in ("/larm/", f"/larm/handelser/{row.number}/?del=1", "/larm/"):
        page = visitor.get(address)
        assert page.status_code == 200
        text = page.content.decode()
        assert "Läs den råa signalen" in text
        assert "Nri1/HA4" in text
        assert f"/larm/handelser/{row.number}/ta/" in text
    assert [r.message for r in caplog.records if "incident_unshown" in r.message] == [
        f"desk.incident_unshown number={row.number}"
    ]


def test_no_accepted_mutant_breaks_the_queue_or_a_pane(
    carry: Carry,
    visitor: Client,
    operator: User,
    school: Site,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sites.add_transmitter(site=school, account="7A31")  # a stranger's would all be one incident
    frames = accepted(300)
    assert len(frames) == 300
    carry(entry(raw) for raw in frames)
    assert Signal.objects.count() == 300
    queue = selectors.queue(operator)
    assert len(queue) > 30
    assert visitor.get("/larm/").status_code == 200
    assert visitor.get("/larm/ko/").status_code == 200
    for row in queue:
        assert visitor.get(f"/larm/handelser/{row.number}/?del=1").status_code == 200
    assert not [r.message for r in caplog.records if "incident_unshown" in r.message]
