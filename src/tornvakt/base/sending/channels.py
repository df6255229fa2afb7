"""The ways out: SMTP, a webhook, text messages through a gateway or into a file.

A gateway of another make is one small class with ``send`` (the protocol ``Sender``); `outlets`
chooses by the settings. ``send`` raises an exception when it did not go: the message is tried
again. Each is given the message's key, and passes it on where the receiver can make use of it.
"""

import hashlib
import hmac
import json
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

TIMEOUT_S = 10.0
"""For each wait on the other side; the sender limits the whole of it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a channel is given to send."""

    to: str
    subject: str
    text: str
    key: str
    made_at: str
    """RFC 3339, UTC."""


class NotSet(Exception):
    """The channel has no settings, so nothing can go that way."""


class Refused(Exception):
    """The other side answered, and did not take it."""


class Sender(Protocol):
    """A way out of the house."""

    def send(self, message: Outgoing) -> None:
        """Send it, or raise."""


@dataclass(frozen=True, slots=True)
class Email:
    """SMTP. ``security`` is ``starttls``, ``tls`` or ``none``."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = ""

    def send(self, message: Outgoing) -> None:
        """Send one letter of plain text."""
        if not self.host or not self.sender:
            raise NotSet("TORNVAKT_SMTP_HOST, TORNVAKT_SMTP_FROM")
        letter = EmailMessage()
        letter["Subject"] = message.subject
        letter["From"] = self.sender
        letter["To"] = message.to
        letter["Date"] = formatdate(localtime=True)
        # The same message again has the same id, so a mailbox can leave out the copy.
        letter["Message-ID"] = f"<{_digest(message.key)}@{self.sender.rpartition('@')[2]}>"
        letter.set_content(message.text)
        with self._connect() as server:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(letter)

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)


@dataclass(frozen=True, slots=True)
class Webhook:
    """POST of JSON, signed: ``X-Tornvakt-Signature: sha256=<HMAC of the body>``."""

    url: str
    secret: str = ""

    def send(self, message: Outgoing) -> None:
        """Post one message."""
        if not self.url:
            raise NotSet("TORNVAKT_WEBHOOK_URL")
        body = json.dumps(
            {
                "key": message.key,
                "subject": message.subject,
                "text": message.text,
                "made_at": message.made_at,
            },
            ensure_ascii=False,
        ).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        if self.secret:
            headers["X-Tornvakt-Signature"] = f"sha256={sign(self.secret, body)}"
        _post(self.url, body, headers)


@dataclass(frozen=True, slots=True)
class SmsFile:
    """Text messages into a file: what a demo, a training and the proofs have for a gateway."""

    path: Path

    def send(self, message: Outgoing) -> None:
        """Add one line; the same message twice is one line."""
        line = json.dumps(
            {
                "to": message.to,
                "text": message.text,
                "key": message.key,
                "made_at": message.made_at,
            },
            ensure_ascii=False,
        )
        if self.path.exists() and line in self.path.read_text(encoding="utf-8").splitlines():
            return
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """A gateway that is asked over HTTP.

    ``url`` holds ``{to}`` and ``{text}``: then it is a GET. Without them the two are posted as
    JSON. ``token`` is sent as ``Authorization: Bearer``.
    """

    url: str
    token: str = ""

    def send(self, message: Outgoing) -> None:
        """Send one text message."""
        if not self.url:
            raise NotSet("TORNVAKT_SMS_URL")
        headers = {"Idempotency-Key": message.key}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        number = _e164(message.to)
        if "{to}" in self.url:
            url = self.url.replace("{to}", quote(number, safe=""))
            url = url.replace("{text}", quote(message.text, safe=""))
            _post(url, None, headers)
            return
        body = json.dumps({"to": number, "text": message.text, "key": message.key}).encode()
        _post(self.url, body, {"Content-Type": "application/json", **headers})


@dataclass(frozen=True, slots=True)
class NoSms:
    """No gateway is set."""

    def send(self, message: Outgoing) -> None:
        """Say so."""
        raise NotSet("TORNVAKT_SMS")


def sign(secret: str, body: bytes) -> str:
    """Return what the signature header carries after ``sha256=``."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _e164(number: str) -> str:
    """Return a Swedish number as gateways want it: ``0980-31 92 00`` is ``+46980319200``."""
    digits = "".join(each for each in number if each.isdigit())
    if number.strip().startswith("+"):
        return f"+{digits}"
    return f"+46{digits[1:]}" if digits.startswith("0") else digits


def _post(url: str, body: bytes | None, headers: Mapping[str, str]) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise NotSet(f"{urlsplit(url).scheme or 'adressen'}: bara http och https")
    request = urllib.request.Request(url, body, dict(headers), method="POST" if body else "GET")
    # An answer elsewhere is no answer: a message must not follow whoever points somewhere else.
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(request, timeout=TIMEOUT_S) as answer:
        if not 200 <= answer.status < 300:
            raise Refused(str(answer.status))
        answer.read(1024)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
