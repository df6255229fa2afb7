"""What an operator does with a whole incident: hand over, wait, join, cancel, take over, go on.

One view an act; `acts.do` answers. Times are read as wall clock in Europe/Stockholm.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.access.signs import apart
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.outcomes import Receiver
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import desk, rows
from tornvakt.surfaces.console.acts import Asked, Said, do

_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_MINUTES = re.compile(r"(\d{1,4}) ?(min|m)?")


class TimeUnreadable(Refusal):
    """What stands in the field for a time is neither a clock time nor minutes."""

    field = "until"

    def __init__(self) -> None:
        super().__init__(_("Write a time such as 03:55, or minutes such as 30."))


class NotSure(Refusal):
    """A recorded hand-over cannot be taken back: it is asked about once more, with its words."""

    field = "sure"

    def __init__(self, to: str, answered_by: str) -> None:
        super().__init__(
            _("%(to)s, answered by %(who)s. A hand-over cannot be taken back. Is it right?")
            % {"to": to, "who": answered_by}
        )


def read_time(text: str, now: datetime) -> datetime:
    """Return the instant that "03:55" (the next time it is that) or "30" (minutes) means.

    A clock time that the wall clock skips in spring means the moment it would have been; one that
    comes twice in autumn means the first that still lies ahead. Raises TimeUnreadable.
    """
    words = text.strip().lower()
    if minutes := _MINUTES.fullmatch(words):
        return now + timedelta(minutes=int(minutes[1]))
    clock = _CLOCK.fullmatch(words)
    if clock is None:
        raise TimeUnreadable
    here = now.astimezone(formats.STOCKHOLM)
    for day in (here, here + timedelta(days=1)):
        wall = day.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        for fold in (0, 1):
            instant = wall.replace(fold=fold).astimezone(UTC)
            if instant > now:
                return instant
    raise TimeUnreadable


@apart
@require_POST
@requires("incidents.hand_over")
def hand_over(request: HttpRequest, number: str) -> HttpResponseBase:
    """``lamna-over/``: 112 or somebody else outside the house has been told; a recorded step."""

    def work(asked: Asked) -> Said:
        said = asked.values
        who = said["answered_by"].strip()
        if who and said["to"] in Receiver.values and not said["sure"]:
            raise NotSure(str(Receiver(said["to"]).label), who)
        with suppress(services.SentBefore):
            services.hand_over(
                **asked.who,
                to=said["to"],
                answered_by=said["answered_by"],
                case_number=said["case_number"],
                once=request.POST.get("once", ""),
            )
        return Said(_("The hand-over is recorded on %(number)s.") % {"number": asked.number})

    fields = ("answered_by", "to", "case_number", "sure")
    return do(request, number, work, form="hand_over", fields=fields)


@apart
@require_POST
@requires("incidents.wait")
def wait(request: HttpRequest, number: str) -> HttpResponseBase:
    """``vanta/``: somebody else has to do something first; it wakes by itself."""

    def work(asked: Asked) -> Said:
        until = read_time(asked.values["until"], asked.now)
        services.wait(**asked.who, reason=asked.values["reason"], until=until)
        text = _("%(number)s waits until %(time)s.")
        return Said(
            text % {"number": asked.number, "time": formats.clock(until)[:5]},
            undo_address=reverse("resume", args=[asked.number]),
        )

    return do(request, number, work, form="wait", fields=("reason", "until"))


@apart
@require_POST
@requires("incidents.wait")
def resume(request: HttpRequest, number: str) -> HttpResponseBase:
    """``fortsatt/``: go on with what waited."""

    def work(asked: Asked) -> Said:
        services.resume(**asked.who)
        return Said(_("You go on with %(number)s.") % {"number": asked.number})

    return do(request, number, work)


@apart
@require_POST
@requires("incidents.merge")
def merge(request: HttpRequest, number: str) -> HttpResponseBase:
    """``sla-ihop/``: the two are the same thing. What a colleague has is joined, never taken."""
    other = request.POST.get("with", "")
    other_id = desk.id_of(request, other)

    def work(asked: Asked) -> Said:
        theirs = desk.owner_of(other_id)
        is_ours_to_move = theirs in (None, asked.by.pk)
        source, target = (other_id, asked.incident_id)
        gone, kept = other, asked.number
        if not is_ours_to_move:
            source, target, gone, kept = target, source, kept, gone
        services.merge(
            incident_id=source,
            into_id=target,
            by=asked.by,
            reason=asked.values["reason"],
            now=asked.now,
        )
        return Said(
            _("%(gone)s is joined with %(kept)s.") % {"gone": gone, "kept": kept},
            undo_address=reverse("unmerge", args=[gone]),
            undo_fields={"reason": _("Undone at once")},
            go_to=rows.url_of(kept) if kept != asked.number else "",
        )

    return do(request, number, work, form="merge", fields=("reason", "with"))


@apart
@require_POST
@requires("incidents.merge")
def unmerge(request: HttpRequest, number: str) -> HttpResponseBase:
    """``dela-upp/``: it was not the same thing after all."""

    def work(asked: Asked) -> Said:
        services.undo_merge(**asked.who, reason=asked.values["reason"])
        return Said(_("%(number)s stands by itself again.") % {"number": asked.number})

    return do(request, number, work, form="unmerge", fields=("reason",))


@apart
@require_POST
@requires("incidents.cancel")
def cancel(request: HttpRequest, number: str) -> HttpResponseBase:
    """``makulera/``: it should never have been an incident."""

    def work(asked: Asked) -> Said:
        services.cancel(**asked.who, reason=asked.values["reason"])
        return Said(_("%(number)s is cancelled.") % {"number": asked.number}, is_over=True)

    return do(request, number, work, form="cancel", fields=("reason",))


@apart
@require_POST
@requires("incidents.undo_cancel")
def undo_cancel(request: HttpRequest, number: str) -> HttpResponseBase:
    """``angra-makulering/``: it was no mistake; it waits for somebody again."""

    def work(asked: Asked) -> Said:
        services.undo_cancel(**asked.who, reason=asked.values["reason"])
        return Said(_("%(number)s waits for somebody again.") % {"number": asked.number})

    return do(request, number, work, form="undo_cancel", fields=("reason",))


@apart
@require_POST
@requires("incidents.take_over")
def take_over(request: HttpRequest, number: str) -> HttpResponseBase:
    """``ta-over/``: from a colleague, for a reason they can read."""

    def work(asked: Asked) -> Said:
        services.take_over(**asked.who, reason=asked.values["reason"])
        return Said(_("You took over %(number)s.") % {"number": asked.number})

    return do(request, number, work, form="take_over", fields=("reason",))


@apart
@require_POST
@requires("incidents.reopen")
def reopen(request: HttpRequest, number: str) -> HttpResponseBase:
    """``fortsattning/``: closed is closed; what goes on gets a number of its own."""

    def work(asked: Asked) -> Said:
        fresh = services.reopen(**asked.who, reason=asked.values["reason"])
        text = _("%(fresh)s goes on with %(number)s.")
        return Said(
            text % {"fresh": fresh.number, "number": asked.number}, go_to=rows.url_of(fresh.number)
        )

    return do(request, number, work, form="reopen", fields=("reason",))


@apart
@require_POST
@requires("incidents.dispatch")
def dispatch(request: HttpRequest, number: str) -> HttpResponseBase:
    """``larma-ut/``: a unit was sent, by radio or telephone; ``who`` says which."""

    def work(asked: Asked) -> Said:
        services.mark_dispatched(**asked.who, who=asked.values["who"])
        return Said(_("Noted that help was sent to %(number)s.") % {"number": asked.number})

    return do(request, number, work, form="dispatch", fields=("who",))


@apart
@require_POST
@requires("incidents.dispatch")
def on_scene(request: HttpRequest, number: str) -> HttpResponseBase:
    """``framme/``: the first unit is there."""

    def work(asked: Asked) -> Said:
        services.mark_on_scene(**asked.who)
        return Said(_("Noted that the unit is there."))

    return do(request, number, work)


@apart
@require_POST
@requires("incidents.dispatch")
def recall(request: HttpRequest, number: str) -> HttpResponseBase:
    """``aterkalla/``: the unit is called back before it arrived."""

    def work(asked: Asked) -> Said:
        services.recall(**asked.who, reason=asked.values["reason"])
        return Said(_("Noted that the unit was called back."))

    return do(request, number, work, form="recall", fields=("reason",))


@apart
@require_POST
@requires("incidents.dispatch")
def resolve(request: HttpRequest, number: str) -> HttpResponseBase:
    """``klart/``: dealt with; what is left is to close it."""

    def work(asked: Asked) -> Said:
        services.resolve(**asked.who)
        return Said(
            _("%(number)s is dealt with. Close it when the rest is done.")
            % {"number": asked.number},
            undo_address=reverse("resume", args=[asked.number]),
        )

    return do(request, number, work)
