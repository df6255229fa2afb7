"""Messages leave the house once, a channel that hangs delays no other, and one that fails rests."""

import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from tornvakt.base.sending import services
from tornvakt.base.sending.channels import (
    Email,
    NotSet,
    Outgoing,
    Refused,
    SmsFile,
    SmsGateway,
    Webhook,
)
from tornvakt.base.sending.models import Channel, Message
from tornvakt.base.sending.sender import FAILURES, REST_S, Outlet
from tornvakt.base.sending.services import Draft, NotInTransaction

AT = datetime(2026, 11, 23, 3, 42, tzinfo=UTC)
OUT = Outgoing("0980-31 92 00", "Ämne", "Larmcentralen: prov", "k1", "2026-11-23T03:42:00Z")


class Channelled:
    """A channel that does as it is told."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.failure: Exception | None = None
        self.hold = threading.Event()
        self.hangs = False

    def send(self, message: Outgoing) -> None:
        if self.hangs:
            self.hold.wait(5)
        if self.failure:
            raise self.failure
        self.sent.append(message.key)


def _ask(*keys: str, channel: Channel = Channel.SMS) -> int:
    with transaction.atomic():
        drafts = [Draft(channel, "text", key, to="0980-31 92 00") for key in keys]
        return services.ask(drafts, now=AT)


@pytest.mark.django_db(transaction=True)
def test_a_message_is_written_with_what_made_it_needed_and_sent_once() -> None:
    with pytest.raises(NotInTransaction):
        services.ask([Draft(Channel.SMS, "t", "a")], now=AT)
    assert [_ask("a", "b"), _ask("a")] == [2, 0]
    channel = Channelled()
    outlet = Outlet("sms", channel)
    assert outlet.turn(now=AT, mono=0) == 2
    assert outlet.turn(now=AT + timedelta(hours=1), mono=1) == 0
    assert channel.sent == ["a", "b"]
    row = Message.objects.get(key="a")
    assert (row.sent_at, row.due_at, row.tries) == (AT, None, 1)


@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_in_between_sends_again_with_the_same_key() -> None:
    _ask("a")
    message = services.due("sms", now=AT)[0]
    assert services.reserve(message, until=AT + timedelta(seconds=30))
    assert not services.reserve(message, until=AT)  # another sender is at it
    assert services.due("sms", now=AT) == []
    channel = Channelled()
    assert Outlet("sms", channel).turn(now=AT + timedelta(seconds=31), mono=0) == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_fails_is_tried_later_rests_and_is_given_up() -> None:
    _ask("a", "b", "c", "d")
    channel = Channelled()
    channel.failure = Refused("500")
    outlet = Outlet("sms", channel)
    outlet.turn(now=AT, mono=0)
    assert Message.objects.filter(tries=1).count() == FAILURES  # and then it rests
    assert outlet.turn(now=AT + timedelta(hours=1), mono=1) == 0
    assert Message.objects.filter(tries=1).count() == FAILURES
    channel.failure = None
    assert outlet.turn(now=AT + timedelta(hours=1), mono=REST_S + 1) == 4
    assert Message.objects.get(key="a").last_error == ""
    _ask("e")
    channel.failure = NotSet("TORNVAKT_SMS")
    outlet.turn(now=AT + timedelta(hours=2), mono=REST_S + 2)
    row = Message.objects.get(key="e")
    assert (row.due_at, row.last_error) == (None, "NotSet: TORNVAKT_SMS")
    assert row.given_up_at is not None


@pytest.mark.django_db(transaction=True)
def test_one_that_hangs_is_left_behind_and_no_other_channel_waits() -> None:
    _ask("a")
    _ask("b", channel=Channel.WEBHOOK)
    stuck, other = Channelled(), Channelled()
    stuck.hangs = True
    began = time.monotonic()
    Outlet("sms", stuck, limit_s=0.1).turn(now=AT, mono=0)
    Outlet("webhook", other).turn(now=AT, mono=0)
    stuck.hold.set()
    assert time.monotonic() - began < 2
    assert other.sent == ["b"]
    assert Message.objects.get(key="a").last_error.startswith("TookTooLong")


@pytest.mark.django_db(transaction=True)
def test_old_messages_are_forgotten() -> None:
    _ask("a", "b")
    Outlet("sms", Channelled()).turn(now=AT, mono=0)
    assert services.forget_old(now=AT + timedelta(days=29)) == 0
    assert services.forget_old(now=AT + timedelta(days=31)) == 2


class Ear(http.server.BaseHTTPRequestHandler):
    """Remembers what was asked, and answers as it is told."""

    asked: list[tuple[str, str, dict[str, str], bytes]] = []
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.path, dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def ear() -> Iterator[str]:
    Ear.asked, Ear.status = [], 204
    server = http.server.HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_webhook_is_signed(ear: str) -> None:
    Webhook(f"{ear}/hook", "secret").send(OUT)
    (method, path, headers, body) = Ear.asked[0]
    assert (method, path, json.loads(body)["text"]) == ("POST", "/hook", OUT.text)
    wanted = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    assert headers["X-Tornvakt-Signature"] == f"sha256={wanted}"
    assert headers["Idempotency-Key"] == "k1"


def test_an_answer_elsewhere_is_no_answer(ear: str) -> None:
    Ear.status = 302
    with pytest.raises(Exception, match="302"):
        Webhook(f"{ear}/hook").send(OUT)
    assert len(Ear.asked) == 1


def test_a_gateway_is_asked_as_its_address_says(ear: str) -> None:
    SmsGateway(f"{ear}/sms?to={{to}}&text={{text}}", "token").send(OUT)
    SmsGateway(f"{ear}/sms").send(OUT)
    assert Ear.asked[0][:2] == (
        "GET",
        "/sms?to=%2B46980319200&text=Larmcentralen%3A%20prov",
    )
    assert Ear.asked[0][2]["Authorization"] == "Bearer token"
    assert json.loads(Ear.asked[1][3])["to"] == "+46980319200"


def test_the_file_holds_each_message_once(tmp_path: Path) -> None:
    file = SmsFile(tmp_path / "sms.jsonl")
    for _ in range(2):
        file.send(OUT)
    (line,) = (tmp_path / "sms.jsonl").read_text().splitlines()
    assert json.loads(line)["to"] == "0980-31 92 00"


def test_a_channel_without_settings_says_which() -> None:
    for channel, name in ((Email("", 25, ""), "SMTP_HOST"), (Webhook(""), "WEBHOOK_URL")):
        with pytest.raises(NotSet, match=name):
            channel.send(OUT)  # type: ignore[attr-defined]
