"""The list of who is on call (jourlista)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import DutyRole, DutyTurn
from tornvakt.domains.incidents.refusals import ChoiceMissing, NobodyToRing
from tornvakt.domains.incidents.services import writing
from tornvakt.pure.facts import Refusal

NAME_LIMIT = 80
MINUTE = timedelta(minutes=1)
FURTHEST = timedelta(days=366)
"""How far ahead a turn may end; beyond that the year was mistyped."""


class TurnWrong(Refusal):
    """A duty turn ends after it begins."""

    field = "ends_at"

    def __init__(self) -> None:
        super().__init__(_("A turn ends after it begins."))


class TurnOverlaps(Refusal):
    """Somebody has that duty already; ``person`` and the instants (UTC) say who and when."""

    field = "starts_at"

    def __init__(self, person: str, starts_at: datetime, ends_at: datetime) -> None:
        self.person, self.starts_at, self.ends_at = person, starts_at, ends_at
        values = {"who": person, "since": _when(starts_at), "until": _when(ends_at)}
        super().__init__(
            _("%(who)s has that duty from %(since)s until %(until)s. Shorten that turn first.")
            % values
        )


class TurnOver(Refusal):
    """A turn that is planned ends later than now."""

    field = "ends_at"

    def __init__(self) -> None:
        super().__init__(_("That time is over already. Choose a time later than now."))


class TurnTooFar(Refusal):
    """A turn ends at most ``days`` days ahead: one further away is a year mistyped."""

    field = "ends_at"

    def __init__(self, days: int) -> None:
        self.days = days
        super().__init__(_("A turn ends at most %(days)d days ahead.") % {"days": days})


class DutyTaken(Refusal):
    """Another duty has that short name."""

    field = "code"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(_("%(name)s has that short name. Choose another.") % {"name": name})


@transaction.atomic
def add_duty_role(
    *,
    code: str,
    name: str,
    order: int = 100,
    phone: str = "",
    is_new: bool = False,
    by: User | None,
    now: datetime,
) -> DutyRole:
    """Add or change a duty, known by its code; ``by`` None: the installation itself.

    With ``is_new`` it must not be there already. Raises ChoiceMissing, DutyTaken, PhoneWrong,
    TextTooLong, NotAllowed.
    """
    if by is not None:
        writing.may(by, "incidents.plan_duty")
    if not code.strip() or not name.strip():
        raise ChoiceMissing("name")
    values = {
        "name": writing.words(name, NAME_LIMIT),
        "order": order,
        "phone": writing.phone(phone),
    }
    if is_new:
        role, was_made = DutyRole.objects.get_or_create(code=code.strip(), defaults=values)
        if not was_made:
            raise DutyTaken(role.name)
    else:
        role, _is_new = DutyRole.objects.update_or_create(code=code.strip(), defaults=values)
    writing.log("duty_role", "", now, by, role=role.code)
    return role


@transaction.atomic
def add_turn(
    *,
    role_code: str,
    person: str,
    phone: str = "",
    starts_at: datetime,
    ends_at: datetime,
    by: User | None,
    now: datetime,
) -> DutyTurn:
    """Put somebody on call from one instant until another (UTC, half-open).

    People give times to the minute, but a turn that was ended "now" has seconds: a whole minute
    means the instant in it where the neighbouring turn ends or begins.

    Raises ChoiceMissing, NobodyToRing, PhoneWrong, TurnWrong, TurnOver, TurnTooFar, TurnOverlaps,
    TextTooLong, NotAllowed.
    """
    if by is not None:
        writing.may(by, "incidents.plan_duty")
    role = DutyRole.objects.select_for_update().filter(code=role_code).first()
    if role is None:
        raise ChoiceMissing("role")
    who = writing.words(person, NAME_LIMIT)
    if not who:
        raise NobodyToRing
    starts_at = _not_before_the_last(role.pk, starts_at)
    ends_at = _up_to_the_next(role.pk, ends_at)
    _must_be_free(role.pk, starts_at, ends_at, now)
    turn = DutyTurn.objects.create(
        role=role, person=who, phone=writing.phone(phone), starts_at=starts_at, ends_at=ends_at
    )
    writing.log("duty_turn", "", now, by, role=role.code, turn=turn.pk)
    return turn


@transaction.atomic
def move_turn_end(*, turn_id: int, ends_at: datetime, by: User, now: datetime) -> DutyTurn | None:
    """Let a turn end earlier or later than planned; return it, or None when it is over or gone.

    Raises TurnWrong, TurnOver, TurnTooFar, TurnOverlaps, NotAllowed.
    """
    writing.may(by, "incidents.plan_duty")
    turn = DutyTurn.objects.select_for_update().filter(pk=turn_id, ends_at__gt=now).first()
    if turn is None:
        return None
    # Whoever adds a turn holds the role's row: neither may miss the other.
    DutyRole.objects.select_for_update().get(pk=turn.role_id)
    ends_at = _up_to_the_next(turn.role_id, ends_at)
    _must_be_free(turn.role_id, turn.starts_at, ends_at, now, besides=turn.pk)
    turn.ends_at = ends_at
    turn.save(update_fields=["ends_at"])
    writing.log("duty_turn_moved", "", now, by, turn=turn.pk, until=ends_at.isoformat())
    return turn


@transaction.atomic
def end_turn(*, turn_id: int, by: User, now: datetime) -> bool:
    """End a turn now, or take it away if it has not begun; return whether there was one to end.

    One that has not begun cannot have been rung, so its row goes.
    """
    writing.may(by, "incidents.plan_duty")
    coming = DutyTurn.objects.filter(pk=turn_id, starts_at__gte=now)
    running = DutyTurn.objects.filter(pk=turn_id, starts_at__lt=now, ends_at__gt=now)
    changed = bool(coming.delete()[0]) or bool(running.update(ends_at=now))
    writing.log("duty_turn_ended", "", now, by, turn=turn_id)
    return changed


def _not_before_the_last(role_id: int, starts_at: datetime) -> datetime:
    if starts_at.second or starts_at.microsecond:
        return starts_at
    ended = DutyTurn.objects.filter(
        role=role_id, ends_at__gt=starts_at, ends_at__lt=starts_at + MINUTE
    )
    return max([starts_at, *ended.values_list("ends_at", flat=True)])


def _up_to_the_next(role_id: int, ends_at: datetime) -> datetime:
    if ends_at.second or ends_at.microsecond:
        return ends_at
    begun = DutyTurn.objects.filter(
        role=role_id, starts_at__gt=ends_at, starts_at__lt=ends_at + MINUTE
    )
    return min(begun.values_list("starts_at", flat=True), default=ends_at)


def _must_be_free(
    role_id: int, starts_at: datetime, ends_at: datetime, now: datetime, besides: int = 0
) -> None:
    """Raise TurnWrong, TurnOver, TurnTooFar or TurnOverlaps unless the role is free then.

    ``besides``: the id of the turn that is moved itself; 0 is no turn's.
    """
    if ends_at <= starts_at:
        raise TurnWrong
    if ends_at <= now:
        raise TurnOver
    if ends_at - now > FURTHEST:
        raise TurnTooFar(FURTHEST.days)
    taken = DutyTurn.objects.filter(role=role_id, starts_at__lt=ends_at, ends_at__gt=starts_at)
    other = taken.exclude(pk=besides).order_by("starts_at").first()
    if other is not None:
        raise TurnOverlaps(other.person, other.starts_at, other.ends_at)


def _when(at: datetime) -> str:
    """The day and the clock on the wall, with the zone in the hour that comes twice in autumn."""
    return f"{formats.date(at)} {formats.clock(at)[:5]}{formats.clock(at)[8:]}"
