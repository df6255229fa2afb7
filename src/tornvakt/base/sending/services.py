"""Asking for a message to be sent, and what the sender does with the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from tornvakt.base.facts import wake
from tornvakt.base.sending.models import Channel, Message

TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)
KEPT = timedelta(days=30)
TEXT_KEPT = timedelta(days=1)


class NotInTransaction(RuntimeError):
    """A message was asked for outside the transaction that made it needed: a bug."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be. ``key`` names what it tells: the same is sent once."""

    channel: Channel
    text: str
    key: str
    to: str = ""
    subject: str = ""


def ask(drafts: Sequence[Draft], *, now: datetime) -> int:
    """Write messages to be sent, in the open transaction; return how many were new.

    Raises NotInTransaction outside one.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(drafts[0].key if drafts else "")
    known = set(
        Message.objects.filter(key__in=[draft.key for draft in drafts]).values_list(
            "key", flat=True
        )
    )
    new = [draft for draft in drafts if draft.key not in known]
    Message.objects.bulk_create(
        (
            Message(
                channel=draft.channel,
                to=draft.to[:200],
                subject=draft.subject[:200],
                text=draft.text,
                key=draft.key,
                made_at=now,
                due_at=now,
            )
            for draft in new
        ),
        ignore_conflicts=True,
    )
    transaction.on_commit(wake.ring)
    return len(new)


def due(channel: str, *, now: datetime, limit: int = 20) -> list[Message]:
    """Return the messages of a channel that are to be tried now, the oldest first."""
    found = Message.objects.filter(channel=channel, due_at__lte=now).order_by("due_at", "pk")
    return list(found[:limit])


def reserve(message: Message, *, until: datetime) -> bool:
    """Take a message to send; False when another sender was faster.

    It is due again at ``until``: a sender that is killed in between loses nothing. What was sent
    and not yet marked is then sent again, with the same key.
    """
    won = Message.objects.filter(pk=message.pk, due_at=message.due_at).update(
        due_at=until, tries=F("tries") + 1
    )
    return bool(won)


def mark_sent(message: Message, *, now: datetime) -> None:
    """It is out of the house."""
    Message.objects.filter(pk=message.pk).update(sent_at=now, due_at=None, last_error="")


def mark_failed(message: Message, error: str, *, now: datetime, is_final: bool = False) -> bool:
    """Try again later, twice as long each time; return whether it was given up instead."""
    tries = message.tries + 1
    is_over = is_final or tries >= TRIES
    wait = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    Message.objects.filter(pk=message.pk).update(
        last_error=error[:200],
        due_at=None if is_over else now + wait,
        given_up_at=now if is_over else None,
    )
    return is_over


def blank(prefix: str, *, now: datetime) -> int:
    """Take away the text of what is through of a matter that is over; return of how many.

    ``prefix`` is what their keys begin with. What still waits to be sent needs its text; it loses
    it with everything else that is through, a day later (`forget_old`).
    """
    through = Message.objects.filter(key__startswith=prefix, due_at=None, made_at__lte=now)
    return through.exclude(text="").update(text="")


def forget_old(*, now: datetime) -> int:
    """Remove what was sent or given up long ago: rows hold addresses; return how many.

    What is through since a day stands without its text: there may be a link in it.
    """
    blank("", now=now - TEXT_KEPT)
    old = Message.objects.filter(due_at=None, made_at__lt=now - KEPT)
    return old.delete()[0]
