"""A stream ends with the right to it: sign-out at once, everything else at the next question."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connections
from django.test import Client

from tornvakt.base.access import holdings, services
from tornvakt.base.access.models import RoleHolding, User
from tornvakt.base.access.services import create_user
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.console import feed as feeds
from tornvakt.surfaces.console import hub as hubs
from tornvakt.surfaces.console import listeners
from tornvakt.surfaces.console.feed import Feed
from tornvakt.surfaces.console.hub import RESYNC, Desk, Hub

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    DataDir(tmp_path).create()


def signed_in(username: str = "op2") -> tuple[Client, Desk]:
    """Return the browser of a new operator and the desk that is open in it."""
    user = create_user(username=username, role="operator", call_name=username, password="x" * 12)
    client = Client()
    client.force_login(user)
    key = client.session.session_key
    assert key is not None
    return client, Desk(language="sv", user_id=user.pk, call_name=username, session_key=key)


def close_account(user: User) -> None:
    user.is_active = False


def change_role(user: User) -> None:
    RoleHolding.objects.filter(user=user).update(until=user.date_joined)


def change_password(user: User) -> None:
    user.set_password("fyra gula tranor flyger")


@pytest.mark.parametrize("change", [close_account, change_role, change_password])
def test_a_changed_account_may_listen_no_more_and_another_still_may(change: object) -> None:
    (_, desk), (_, other) = signed_in(), signed_in("op3")
    asked = {(each.session_key, each.user_id) for each in (desk, other)}
    assert listeners.who_may_no_more(asked) == set()
    user = User.objects.get(pk=desk.user_id)
    assert callable(change)
    change(user)
    user.save()
    assert listeners.who_may_no_more(asked) == {(desk.session_key, desk.user_id)}


def test_a_session_that_has_ended_or_run_out_or_is_anothers_may_not_listen() -> None:
    (_, ended), (_, old), (_, other) = signed_in("op2"), signed_in("op3"), signed_in("op4")
    Session.objects.filter(session_key=ended.session_key).delete()
    past = datetime(2026, 1, 1, tzinfo=UTC)
    Session.objects.filter(session_key=old.session_key).update(expire_date=past)
    asked = {
        (ended.session_key, ended.user_id),
        (old.session_key, old.user_id),
        (other.session_key, ended.user_id),
    }
    assert listeners.who_may_no_more(asked) == asked


def test_nobody_is_sent_away_while_the_database_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    _, desk = signed_in()
    Session.objects.all().delete()

    def gone(*_: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(listeners, "_may_listen", gone)
    assert listeners.who_may_no_more({(desk.session_key, desk.user_id)}) == set()


async def current() -> bytes:
    """What a page that shows everything is told first: nothing."""
    return b""


async def test_the_stream_of_a_closed_account_ends_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hubs, "RECHECK_S", 0.05)
    _, desk = await sync_to_async(signed_in)()
    hub = Hub()
    stream = hub.stream(desk, current)
    await anext(stream)
    await User.objects.filter(pk=desk.user_id).aupdate(is_active=False)

    async def rest() -> list[bytes]:
        return [data async for data in stream]

    heard = await asyncio.wait_for(rest(), 10)
    assert heard[-1] == RESYNC  # the page asks, and learns that it is signed out
    assert hub.desks == set()
    await hub.close()
    await sync_to_async(connections.close_all)()


@pytest.mark.parametrize("ending", ["role", "account", "password"])
async def test_the_stream_ends_with_the_role_or_the_account_at_once(ending: str) -> None:
    """Long before the next question of who still may, which comes each RECHECK_S."""
    (_, desk), (_, other) = (
        await sync_to_async(signed_in)(),
        await sync_to_async(signed_in)("op3"),
    )
    hub = Hub()
    feed = Feed(hub, asyncio.get_running_loop())
    feed.start()
    first, second = hub.stream(desk, current), hub.stream(other, current)
    await anext(first)
    await anext(second)

    def end() -> None:
        now = datetime.now(UTC)
        user = User.objects.get(pk=desk.user_id)
        boss = create_user(username="adm1", role="sysadmin", call_name="Adm 1")
        if ending == "role":
            [held] = RoleHolding.objects.filter(user=user)
            holdings.end_role(holding_id=held.pk, by=boss, now=now)
        elif ending == "account":
            services.end_account(user=user, by=boss, now=now)
        else:
            services.change_password(user=user, password="fyra gula tranor flyger", now=now)

    async def rest() -> list[bytes]:
        return [data async for data in first]

    await asyncio.sleep(0.3)  # the feed begins at the newest fact there is
    began = time.monotonic()
    await sync_to_async(end)()
    heard = await asyncio.wait_for(rest(), hubs.RECHECK_S)
    assert heard[-1] == RESYNC
    assert time.monotonic() - began < 5 < hubs.RECHECK_S
    assert {each.user_id for each in hub.desks if not each.is_over} == {other.user_id}
    feed.stop()
    await sync_to_async(feed.join)()
    await first.aclose()
    await second.aclose()
    await hub.close()
    await sync_to_async(connections.close_all)()


async def test_a_sign_out_ends_the_streams_of_its_session_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (client, desk), (_, other) = (
        await sync_to_async(signed_in)(),
        await sync_to_async(signed_in)("op3"),
    )
    hub = Hub()
    running = Feed(hub, asyncio.get_running_loop())
    monkeypatch.setattr(running, "is_alive", lambda: True)
    monkeypatch.setattr(feeds, "_feed", running)
    first, second = hub.stream(desk, current), hub.stream(other, current)
    await anext(first)
    await anext(second)
    await sync_to_async(client.post)("/logga-ut/")
    hub.broadcast({"sv": b"secret", "en": b"secret"})
    assert [data async for data in first] == [RESYNC]
    heard = await anext(second)
    while b"event: ping" in heard:  # the time it took
        heard = await anext(second)
    assert heard == b"secret"
    await second.aclose()
    await hub.close()
    await sync_to_async(connections.close_all)()
