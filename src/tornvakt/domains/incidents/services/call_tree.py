"""The call tree (larmkedja): whom the house calls when nobody is at the desks.

A row a run says which step is due and when; a step writes its messages and moves the row in one
transaction, so a worker killed in between takes it once. It goes round until somebody says that
they look after it, by the link or at a desk, or until what it was about is over.
"""

import base64
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.base.sending import services as sending
from tornvakt.base.sending.models import Channel
from tornvakt.base.sending.outlets import unset_channels
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.facts import CallTreeBegan, CallTreeEnded
from tornvakt.domains.incidents.models import (
    CallTree,
    DeskWatch,
    DeskWindow,
    Incident,
    Shift,
    TreeCause,
)
from tornvakt.domains.incidents.presence_refusals import NoSuchCall
from tornvakt.domains.incidents.selectors.duty import on_duty
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.services.windows import SHIFT_AT_MOST
from tornvakt.pure.attention import Judgement
from tornvakt.pure.call_steps import Part, Step, WrongStep, read

log = logging.getLogger(__name__)

SAFE = "webhook+sms:tib"
"""What is done when the setting cannot be read: nobody is called by a word spelt wrong."""
ATTEMPT = "#"
"""Stands between the thing and the number of the attempt in a run's subject."""
ROUNDS = 3
"""So many times round at the pace that is set; after that it goes on a quarter of an hour apart."""
SLOWLY = timedelta(minutes=15)
AT_MOST_UNSEEN = timedelta(seconds=20)
"""So long after the last desk was there it is known at the latest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the settings say of the call tree."""

    steps: tuple[Step, ...]
    when: str
    after: timedelta
    apart: timedelta
    again_after: timedelta
    """So long after somebody said that they look after it, it is called about again if it still
    holds: whoever said so may have fallen asleep, or never come."""
    untaken_after: timedelta | None
    """None: an untaken incident is called about only when nobody is at a desk."""

    @classmethod
    def chosen(cls) -> "Plan":
        """Return what this installation has chosen."""
        chosen = settings.ENVIRONMENT
        try:
            steps = read(chosen.call_tree)
        except WrongStep as error:
            log.error("call_tree.unreadable error=%s", error)
            steps = read(SAFE)
        p1 = chosen.call_tree_p1_s
        return cls(
            steps,
            chosen.call_tree_when,
            timedelta(seconds=chosen.call_tree_after_s),
            timedelta(seconds=chosen.call_tree_step_s),
            timedelta(minutes=chosen.call_tree_again_min),
            timedelta(seconds=p1) if p1 else None,
        )


def watch_desks(*, judged: Judgement, now: datetime, plan: Plan) -> list[int]:
    """Note since when nobody is there, start what is to be started, end what is over.

    Return the runs that were begun. As often as one likes: each thing that happened has one run at
    a time, and another one only when it still holds long enough after somebody answered.
    """
    begun: list[int] = []
    is_wanted = not judged.live and _is_wanted(plan, now)
    since = _nobody_since(judged, now, is_wanted)
    if since is None:
        _end_where(now, cause=TreeCause.NOBODY)
    elif now - since >= plan.after:
        begun += _begin(TreeCause.NOBODY, since.isoformat(), since, {}, now, plan)
        if begun:  # whoever is called comes for all of it
            _end_where(now, cause=TreeCause.UNTAKEN, how="nobody")
            _end_where(now, cause=TreeCause.SILENT, how="nobody")
    if judged.live:
        begun += _silent_unseen(plan, now)
    begun += _untaken(bool(judged.live), plan, now)
    if judged.live and plan.untaken_after is None:
        _end_where(now, cause=TreeCause.UNTAKEN)  # they see it themselves
    _end_stale(now)
    return begun


def run_due(*, now: datetime, plan: Plan) -> int:
    """Take the steps that are due; return how many messages were asked for."""
    due = CallTree.objects.filter(due_at__lte=now, ended_at=None)
    return sum(_take_step(pk, now, plan) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def answer_by_link(*, code: str, now: datetime) -> CallTree:
    """Whoever holds the code looks after it. Raises NoSuchCall; twice is no fault."""
    tree = CallTree.objects.filter(code_digest=_digest(code)).first()
    if tree is None:
        raise NoSuchCall
    _end(tree, "link", now)
    return tree


@transaction.atomic
def answer_at_desk(*, tree_id: int, by: User, now: datetime) -> None:
    """Somebody at a desk looks after it. Raises NoSuchCall, NotAllowed."""
    writing.may(by, "incidents.look_after_desk")
    tree = CallTree.objects.filter(pk=tree_id, ended_at=None).first()
    if tree is None:
        raise NoSuchCall
    _end(tree, "desk", now, by)


def by_code(code: str) -> CallTree | None:
    """Return the run a link belongs to."""
    return CallTree.objects.filter(code_digest=_digest(code)).first()


def is_shift_on(now: datetime) -> bool:
    """Return whether somebody has begun a shift and not ended it."""
    if Shift.objects.filter(ended_at=None).exists():
        return True
    return DeskWindow.objects.filter(begun_at__gte=now - SHIFT_AT_MOST, ended_at=None).exists()


def words(tree: CallTree) -> str:
    """Say in the active language what is the matter. Names nobody but call names."""
    since = formats.clock(tree.since)[:5]
    match tree.cause:
        case TreeCause.NOBODY:
            text = _("The alarm centre: no desk answers since %(time)s.") % {"time": since}
        case TreeCause.SILENT:
            text = _("The alarm centre: %(who)s's desk is silent since %(time)s.") % {
                "who": tree.what.get("who", "?"),
                "time": since,
            }
        case _:
            text = _("The alarm centre: an urgent alarm is not taken since %(time)s.") % {
                "time": since
            }
    return text


def _nobody_since(judged: Judgement, now: datetime, is_wanted: bool) -> datetime | None:
    """Remember across restarts since when nobody is there who should be; None if all is well."""
    row, _made = DeskWatch.objects.get_or_create(pk=1)
    if not is_wanted:
        if row.nobody_since is not None:
            DeskWatch.objects.filter(pk=1).update(nobody_since=None)
        return None
    if row.nobody_since is None:
        # Before that somebody was there, or nobody was to be.
        since = max(judged.last_live_at or now, now - AT_MOST_UNSEEN)
        DeskWatch.objects.filter(pk=1, nobody_since=None).update(nobody_since=since)
        row.refresh_from_db()
    return row.nobody_since


def _is_wanted(plan: Plan, now: datetime) -> bool:
    return plan.when == "alltid" or (plan.when == "pass" and is_shift_on(now))


def _silent_unseen(plan: Plan, now: datetime) -> list[int]:
    """A silent desk that no colleague has said they look after."""
    if plan.when == "aldrig":
        return []
    silent = DeskWindow.objects.filter(
        seen_at=None, ended_at=None, trouble_since__lte=now - plan.after
    ).exclude(trouble="")
    begun: list[int] = []
    for row in silent.select_related("user"):
        assert row.trouble_since is not None and row.known_at is not None
        subject = f"{row.pk}:{row.known_at.isoformat()}"
        what = {"who": row.user.call_name, "window": row.pk}
        begun += _begin(TreeCause.SILENT, subject, row.trouble_since, what, now, plan)
    return begun


def _untaken(is_somebody_live: bool, plan: Plan, now: datetime) -> list[int]:
    """An urgent incident that was told on and that nobody has taken."""
    if plan.when == "aldrig" or (is_somebody_live and plan.untaken_after is None):
        return []
    urgent = Incident.objects.filter(
        priority=1, taken_by=None, closed_at=None, is_test=False, escalated_at__isnull=False
    )
    if is_somebody_live and plan.untaken_after is not None:
        urgent = urgent.filter(opened_at__lte=now - plan.untaken_after)
    begun: list[int] = []
    for number, opened_at in urgent.values_list("number", "opened_at"):
        begun += _begin(TreeCause.UNTAKEN, number, opened_at, {"number": number}, now, plan)
    return begun


def _begin(
    cause: TreeCause,
    thing: str,
    since: datetime,
    what: Mapping[str, object],
    now: datetime,
    plan: Plan,
) -> list[int]:
    subject = _next_attempt(cause, thing, now, plan)
    if subject is None:
        return []
    if cause != TreeCause.NOBODY and _is_being_called(TreeCause.NOBODY, cause):
        return []  # whoever is called comes for that as well
    try:
        with transaction.atomic():
            tree = CallTree.objects.create(
                cause=cause,
                subject=subject,
                since=since,
                began_at=now,
                due_at=now,
                what=dict(what),
                code_digest=_digest(_code(cause, subject)),
            )
            audit.wrote(
                "call_tree.began",
                by=None,
                on=("call_tree", str(tree.pk)),
                at=now,
                params={"why": str(cause)},
            )
            publish(CallTreeBegan(at=now, tree_id=tree.pk))
    except IntegrityError:
        return []  # another worker was faster
    return [tree.pk]


def _next_attempt(cause: TreeCause, thing: str, now: datetime, plan: Plan) -> str | None:
    """Return the subject of the run that is to begin now; None when none is.

    The first run about a thing has its name alone, the others their number too: the database lets
    each of them be once, whoever was killed and however many workers there are.
    """
    runs = CallTree.objects.filter(cause=cause).filter(
        Q(subject=thing) | Q(subject__startswith=f"{thing}{ATTEMPT}")
    )
    last = runs.order_by("-pk").first()
    if last is None:
        return thing
    # What was over and is so again has nobody's word that they look after it. It waits a step, so
    # that a desk that comes and goes does not ring every second.
    wait = plan.apart if last.ended_by == "back" else plan.again_after
    if last.ended_at is None or now - last.ended_at < wait:
        return None
    _thing, _sign, number = last.subject.partition(ATTEMPT)
    return f"{thing}{ATTEMPT}{int(number or 1) + 1}"


def _is_being_called(*causes: TreeCause) -> bool:
    return CallTree.objects.filter(cause__in=causes, ended_at=None).exists()


@transaction.atomic
def _take_step(tree_id: int, now: datetime, plan: Plan) -> int:
    tree = CallTree.objects.select_for_update().filter(pk=tree_id, due_at__lte=now).first()
    if tree is None or not plan.steps:
        CallTree.objects.filter(pk=tree_id).update(due_at=None)
        return 0
    number = tree.step
    drafts = _drafts(tree, plan.steps[number % len(plan.steps)], now)
    asked = sending.ask(drafts, now=now) if drafts else 0
    is_round_over = (number + 1) % len(plan.steps) == 0
    rounds = (number + 1) // len(plan.steps)
    apart = SLOWLY if is_round_over and rounds >= ROUNDS else plan.apart
    if not drafts:
        apart = timedelta(0) if not is_round_over else plan.apart  # nobody there: the next at once
    CallTree.objects.filter(pk=tree_id, step=number).update(step=F("step") + 1, due_at=now + apart)
    audit.wrote(
        "call_tree.step",
        by=None,
        on=("call_tree", str(tree.pk)),
        at=now,
        params={"step": number + 1, "count": asked},
    )
    return asked


def _drafts(tree: CallTree, step: Step, now: datetime) -> list[sending.Draft]:
    with translation.override("sv"):  # those who are called are the municipality's own
        subject, text = words(tree), _text(tree)
    drafts: list[sending.Draft] = []
    unset = unset_channels()
    for place, part in enumerate(step):
        if part.channel in unset:
            log.warning("call_tree.channel_not_set channel=%s", part.channel)
            continue
        for receiver in receivers(part, now):
            key = f"{_key(tree)}:{tree.step}:{place}:{len(drafts)}"
            drafts.append(sending.Draft(Channel(part.channel), text, key, receiver, subject))
    return drafts


def _key(tree: CallTree) -> str:
    """Return what the keys of a run's messages begin with."""
    return f"call-tree:{tree.pk}"


def receivers(part: Part, now: datetime) -> Sequence[str]:
    """Return where a part of a step goes at this moment; nowhere when nobody has the duty."""
    if part.duty:
        return [each.phone for each in on_duty(now) if each.role == part.duty and each.phone]
    return [part.to]


def _text(tree: CallTree) -> str:
    """What is sent: what is the matter, whom to ring, where to say that one looks after it."""
    chosen = settings.ENVIRONMENT
    parts = [words(tree)]
    if chosen.mode != "skarp":
        parts.insert(0, _("EXERCISE.") if chosen.mode == "ovning" else _("DEMO."))
    if chosen.centre_phone:
        parts.append(_("Ring %(phone)s.") % {"phone": chosen.centre_phone})
    else:
        parts.append(_("Go there or ring the shift leader."))
    if chosen.origin:
        parts.append(
            _("Say that you look after it: %(url)s")
            % {"url": f"{chosen.origin}/larmkedja/{_code(tree.cause, tree.subject)}/"}
        )
    return " ".join(parts)


def _end_where(now: datetime, *, cause: TreeCause, how: str = "back") -> None:
    for tree in CallTree.objects.filter(cause=cause, ended_at=None):
        with transaction.atomic():
            _end(tree, how, now)


def _end_stale(now: datetime) -> None:
    """What was about one desk or one incident is over when that is."""
    over: dict[str, Callable[[CallTree], bool]] = {
        TreeCause.SILENT: lambda tree: (
            not DeskWindow.objects.filter(pk=tree.what.get("window"), seen_at=None)
            .exclude(trouble="")
            .exists()
        ),
        TreeCause.UNTAKEN: lambda tree: (
            not Incident.objects.filter(
                number=tree.what.get("number"), taken_by=None, closed_at=None
            ).exists()
        ),
    }
    for tree in CallTree.objects.filter(ended_at=None).exclude(cause=TreeCause.NOBODY):
        if over[tree.cause](tree):
            with transaction.atomic():
                _end(tree, "back", now)


def _end(tree: CallTree, how: str, now: datetime, by: User | None = None) -> None:
    won = CallTree.objects.filter(pk=tree.pk, ended_at=None).update(
        ended_at=now, ended_by=how, due_at=None, seen_by=by
    )
    if not won:
        return
    sending.blank(f"{_key(tree)}:", now=now)  # the link's code stands in them
    audit.wrote(
        "call_tree.ended",
        by=by,
        on=("call_tree", str(tree.pk)),
        at=now,
        params={"how": how},
    )
    publish(CallTreeEnded(at=now, tree_id=tree.pk))


def _code(cause: str, subject: str) -> str:
    """Return the code of a run's link.

    With us it stands in the text of the run's messages, and only there: that text is blanked when
    the run ends, and a code of a run that has ended says nothing any more. Whoever holds the
    house's own key can work it out.
    """
    made = salted_hmac("tornvakt.call_tree", f"{cause}:{subject}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made[:18]).decode()


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
