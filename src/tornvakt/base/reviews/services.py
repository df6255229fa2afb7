"""Drawing a sample of the log, and writing what was found about each entry."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.audit.models import Entry
from tornvakt.base.reviews.models import Drawn, Judgement, Outcome, Sample
from tornvakt.pure.facts import Refusal
from tornvakt.pure.instants import microseconds
from tornvakt.pure.protocols.text import plain_name

MOST = 100
LONGEST_NOTE = 200
_random = secrets.SystemRandom()


class ReviewRefused(Refusal):
    """Base of what stands in the way of a sample or an outcome; ``field`` says beside which."""

    field = ""


class NothingToDraw(ReviewRefused):
    """Nobody but the reviewer did or read anything in the room in that time."""

    field = "since"

    def __init__(self) -> None:
        super().__init__(
            _("Nobody but you has done or read anything there in these days. Choose others.")
        )


class SampleUnfit(ReviewRefused):
    """So many entries are not drawn."""

    field = "many"

    def __init__(self) -> None:
        super().__init__(_("Write how many to draw, from 1 to %(most)s.") % {"most": MOST})


class DaysUnfit(ReviewRefused):
    """Days that end before they begin, or lie ahead."""

    field = "since"

    def __init__(self) -> None:
        super().__init__(_("The first day must not come after the last, nor lie ahead."))


class OwnEntry(ReviewRefused):
    """Nobody judges what they did themselves."""

    field = "outcome"

    def __init__(self) -> None:
        super().__init__(_("This is your own entry. Another reviewer judges it."))


class NoteMissing(ReviewRefused):
    """Asked about, or not in order, and not a word about it."""

    field = "note"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Write in at most %(longest)s characters what was asked and what came of it; "
                "roles, no names."
            )
            % {"longest": LONGEST_NOTE}
        )


@transaction.atomic
def draw(
    *, room: str, since: datetime, until: datetime, many: int, by: User, now: datetime
) -> Sample:
    """Draw up to ``many`` entries at random: what people but the reviewer did and read in ``room``.

    ``since`` and ``until`` are UTC, half-open. By the system's own random numbers, so that nobody
    can foresee or choose what is looked at. Raises the subclasses of ReviewRefused.
    """
    if not 1 <= many <= MOST:
        raise SampleUnfit
    if not since < until or since > now:
        raise DaysUnfit
    theirs = Entry.objects.filter(
        room=room,
        actor__isnull=False,
        at_us__gte=microseconds(since),
        at_us__lt=microseconds(until),
    ).exclude(actor=by.pk)
    ids = list(theirs.values_list("pk", flat=True))
    if not ids:
        raise NothingToDraw
    sample = Sample.objects.create(
        room=room, since=since, until=until, drawn_at=now, drawn_by=by.pk, among=len(ids)
    )
    chosen = sorted(_random.sample(ids, min(many, len(ids))))
    Drawn.objects.bulk_create(Drawn(sample=sample, entry_id=each) for each in chosen)
    _wrote("reviews.drawn", sample, by, now, n=len(chosen), among=len(ids), room=room)
    return sample


@transaction.atomic
def judge(*, drawn: Drawn, outcome: str, note: str, by: User, now: datetime) -> bool:
    """Write what a drawn entry was; False if that stands already. Raises OwnEntry, NoteMissing."""
    note = plain_name(note)
    if Entry.objects.filter(pk=drawn.entry_id, actor=by.pk).exists():
        raise OwnEntry
    if len(note) > LONGEST_NOTE or (outcome != Outcome.IN_ORDER and not note):
        raise NoteMissing
    Sample.objects.select_for_update().get(pk=drawn.sample_id)
    last = drawn.judgements.order_by("pk").last()
    if last is not None and (last.outcome, last.note) == (outcome, note):
        return False
    Judgement.objects.create(drawn=drawn, outcome=Outcome(outcome), note=note, at=now, by=by.pk)
    _wrote("reviews.judged", drawn.sample, by, now, entry=drawn.entry_id, outcome=outcome)
    return True


def _wrote(action: str, sample: Sample, by: User, at: datetime, **params: int | str) -> None:
    audit.wrote(
        action,
        by=by,
        on=("sample", str(sample.pk)),
        room="LOGG",
        at=at,
        purpose="loggkontroll",
        params=params,
    )


__all__ = [
    "DaysUnfit",
    "NoteMissing",
    "NothingToDraw",
    "OwnEntry",
    "ReviewRefused",
    "SampleUnfit",
    "draw",
    "judge",
]
