"""How the forms of an incident are answered: done and told, judged beside the field, or refused.

Each act is a service of the incidents. A script gets JSON: what was done, in words, and how to
undo it; or the form again with its errors. Without script the answer is the page itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.loader import get_template
from django.utils import timezone

from tornvakt.base.access.models import User
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.refusals import AlreadyTaken
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import desk, rows


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for: which incident, who, when, and what the form said."""

    incident_id: int
    number: str
    by: User
    now: datetime
    values: Mapping[str, str]

    @property
    def who(self) -> dict[str, Any]:
        """The arguments every service of an incident takes."""
        return {"incident_id": self.incident_id, "by": self.by, "now": self.now}


@dataclass(frozen=True, slots=True)
class Said:
    """What was done: one sentence, and how it is undone or where it leads, if anywhere."""

    text: str
    undo_address: str = ""
    undo_fields: Mapping[str, str] = field(default_factory=dict)
    go_to: str = ""
    is_over: bool = False
    """The incident has left the queue."""


Work = Callable[[Asked], Said]


def do(
    request: HttpRequest, number: str, work: Work, *, form: str = "", fields: tuple[str, ...] = ()
) -> HttpResponseBase:
    """Let ``work`` happen and answer. ``fields`` are kept when something in the form is wrong.

    A refusal that names no field of the form belongs to its first; one that names none at all is
    told above everything (409).
    """
    values = {name: request.POST.get(name, "") for name in fields}
    asked = Asked(
        incident_id=desk.id_of(request, number),
        number=number,
        by=desk.user_of(request),
        now=timezone.now(),
        values=values,
    )
    try:
        said = work(asked)
    except Refusal as refusal:
        wrong = getattr(refusal, "field", "")
        if not form or not wrong:
            return refused(request, number, refusal, forms={form: {"values": values}})
        name = wrong if wrong in fields else fields[0]
        return judged(request, number, form, values, {name: str(refusal)})
    return done(request, number, said)


def done(request: HttpRequest, number: str, said: Said) -> HttpResponseBase:
    """Say what was done; without script, show the incident or where it leads."""
    if not desk.is_from_script(request):
        if said.go_to:
            return redirect(said.go_to)
        return redirect("desk") if said.is_over else redirect(rows.url_of(number))
    body: dict[str, Any] = {"ok": True, "number": number, "said": said.text}
    if said.undo_address:
        body["undo"] = {"address": said.undo_address, "fields": dict(said.undo_fields)}
    if said.go_to:
        body["to"] = said.go_to
    return JsonResponse(body | {"closed": said.is_over})


def judged(
    request: HttpRequest,
    number: str,
    form: str,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    **more: object,
) -> HttpResponseBase:
    """422: the form once more, with what is wrong beside its field and nothing lost."""
    forms = {form: {"values": values, "errors": errors, **more}}
    if not desk.is_from_script(request):
        return desk.page(request, number, status=422, extra={"forms": forms})
    incident = desk.screen_of(request, number)
    context: dict[str, Any] = {"inc": incident, "forms": forms}
    if form == "attempt":
        people = [*incident["callees"], *incident["on_call"]]
        context["form_of"] = next((who for who in people if who["code"] == values["who"]), {})
    if form == "merge":
        twins = incident["duplicates"]
        other = {"number": values["with"]}
        context["twin"] = next((each for each in twins if each["number"] == values["with"]), other)
    html = get_template(f"console/forms/{form}.html").render(context, request)
    return JsonResponse({"errors": dict(errors), "html": html.strip()}, status=422)


def refused(
    request: HttpRequest, number: str, refusal: Refusal, **typed: object
) -> HttpResponseBase:
    """409: somebody or something stood in the way. Says who and when if it was a person.

    Without script the page is drawn anew, with what was ``typed`` in its forms.
    """
    if not desk.is_from_script(request):
        return desk.page(request, number, status=409, extra={"refusal": str(refusal), **typed})
    body: dict[str, Any] = {"error": type(refusal).__name__, "message": str(refusal)}
    if isinstance(refusal, AlreadyTaken):
        body |= {
            "by": refusal.by_call_name,
            "by_id": refusal.by_id,
            "at": formats.clock(refusal.at),
        }
    return JsonResponse(body, status=409)
