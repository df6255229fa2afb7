"""Working through the action card and the call list: tick, skip, take back, how a call went."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.access.signs import apart
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.outcomes import Outcome
from tornvakt.surfaces.console.acts import Asked, Said, do


@apart
@require_POST
@requires("incidents.tick")
def tick(request: HttpRequest, number: str) -> HttpResponseBase:
    """``steg/``: a step is done; a question has been answered."""

    def work(asked: Asked) -> Said:
        key = asked.values["step"]
        services.tick_step(**asked.who, key=key, answer=asked.values["answer"])
        return Said(
            _("The step is done."),
            undo_address=reverse("untick", args=[asked.number]),
            undo_fields={"step": key},
        )

    return do(request, number, work, fields=("step", "answer"))


@apart
@require_POST
@requires("incidents.tick")
def untick(request: HttpRequest, number: str) -> HttpResponseBase:
    """``steg/angra/``: the step was marked by mistake; the timeline keeps both."""

    def work(asked: Asked) -> Said:
        services.undo_step(**asked.who, key=asked.values["step"])
        return Said(_("The step is open again."))

    return do(request, number, work, fields=("step",))


@apart
@require_POST
@requires("incidents.tick")
def skip(request: HttpRequest, number: str) -> HttpResponseBase:
    """``steg/hoppa-over/``: pass over a step, and say why."""

    def work(asked: Asked) -> Said:
        key = asked.values["step"]
        services.skip_step(**asked.who, key=key, reason=asked.values["reason"])
        return Said(
            _("The step is skipped. The shift leader sees why."),
            undo_address=reverse("untick", args=[asked.number]),
            undo_fields={"step": key},
        )

    return do(request, number, work, form="skip", fields=("reason", "step"))


@apart
@require_POST
@requires("incidents.ring")
def attempt(request: HttpRequest, number: str) -> HttpResponseBase:
    """``ringt/``: somebody was rung; this is how it went. The next one is then proposed."""

    def work(asked: Asked) -> Said:
        outcome = asked.values["outcome"]
        try:
            made = services.record_attempt(
                **asked.who,
                keyholder_id=_numbered("k", asked.values["who"]),
                duty_turn_id=_numbered("d", asked.values["who"]),
                outcome=outcome,
                note=asked.values["note"],
                once=request.POST.get("once", ""),
            )
        except services.SentBefore as again:
            return Said(str(again))
        return Said(f"{made.name}: {Outcome(outcome).label}.")

    return do(request, number, work, form="attempt", fields=("note", "who", "outcome"))


def _numbered(letter: str, code: str) -> int | None:
    """Read ``k17`` (keyholder 17) or ``d3`` (duty turn 3) when it begins with this letter."""
    is_one = code[:1] == letter and code[1:].isdecimal() and len(code) < 19
    return int(code[1:]) if is_one else None
