"""The feed: one reader for every desk. Reads facts, tells rows, survives a lost database."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connections

from tornvakt.base.access.services import create_user
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.incidents import services
from tornvakt.surfaces.console import feed as feeds
from tornvakt.surfaces.console.feed import Feed
from tornvakt.surfaces.console.hub import RESYNC, Desk, Hub

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 10


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    DataDir(tmp_path).create()


@pytest.fixture
def desk() -> Desk:
    return Desk(language="sv", user_id=1, call_name="Op 1")


@pytest.fixture
async def feed(desk: Desk) -> AsyncIterator[Feed]:
    hub = Hub()
    hub.desks.add(desk)
    reader = Feed(hub, asyncio.get_running_loop())
    before = reader.sequence
    reader.start()
    await event(desk)  # the first look at the load: it reads now
    # What a page showed that was drawn before may lack what changed until now: it fetches.
    assert await asyncio.wait_for(desk.waiting.get(), PATIENCE_S) == RESYNC
    assert reader.sequence.partition("-")[0] != before.partition("-")[0]
    yield reader
    reader.stop()
    await asyncio.to_thread(reader.join)
    await sync_to_async(connections.close_all)()


async def event(desk: Desk) -> dict[str, Any]:
    """The next event of a desk, as JSON."""
    data = await asyncio.wait_for(desk.waiting.get(), PATIENCE_S)
    found: dict[str, Any] = json.loads(data.split(b"data: ", 1)[1])
    return found


def alarm(account: str = "8803") -> int:
    """Open an incident and return its id."""
    now = datetime.now(UTC) - timedelta(seconds=5)
    raised = Alarm.objects.create(
        account=account,
        key=account,
        kind="burglary",
        priority=2,
        title_sv="Inbrottslarm",
        title_en="Burglary",
        opened_at=now,
        last_signal_at=now,
    )
    return services.open_for(alarm_id=raised.pk, now=now).pk


async def test_a_new_incident_reaches_the_desk_in_its_language(feed: Feed, desk: Desk) -> None:
    incident = await sync_to_async(alarm)()
    told = await event(desk)
    assert [row["id"] for row in told["rows"]] == [incident]
    assert "Inbrottslarm" in told["rows"][0]["html"]
    assert (told["gone"], told["seq"]) == ([], feed.sequence)
    assert sum(told["load"]) == 1


async def test_a_closed_incident_leaves_the_queue(feed: Feed, desk: Desk) -> None:
    incident = await sync_to_async(alarm)()
    await event(desk)

    def close() -> None:
        user = create_user(username="a", call_name="Op 1", role="operator")
        now = datetime.now(UTC)
        services.take(incident_id=incident, by=user, now=now)
        ending = {"result": "test", "cause": "planned", "skip_reason": "prov"}
        services.close(incident_id=incident, by=user, **ending, now=now)

    await sync_to_async(close)()
    told = await event(desk)
    while not told["gone"]:
        told = await event(desk)
    assert told["gone"] == [incident]
    assert [row for row in told["rows"] if row["id"] == incident] == []


async def test_after_a_lost_database_every_desk_fetches_everything_again(
    feed: Feed, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        failed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def fail(*_arguments: object) -> None:
            loop.call_soon_threadsafe(failed.set)
            raise DatabaseError("gone")

        broken.setattr(feeds, "rows_of", fail)
        incident = await sync_to_async(alarm)()
        await asyncio.wait_for(failed.wait(), PATIENCE_S)
    data = await asyncio.wait_for(desk.waiting.get(), PATIENCE_S)
    while data != RESYNC:
        assert f'"id":{incident}'.encode() not in data  # that change was lost on the way
        data = await asyncio.wait_for(desk.waiting.get(), PATIENCE_S)
    await sync_to_async(alarm)("8810")
    told = await event(desk)
    assert "konto 8810" in told["rows"][0]["html"]
