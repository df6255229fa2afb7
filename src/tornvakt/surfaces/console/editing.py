"""``andra/``: change an incident's priority or place, and choose when two have done so at once."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import visible
from tornvakt.base.access.signs import apart
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.services import Conflict, EditConflict, Fields
from tornvakt.domains.sites.models import Site
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import acts, desk
from tornvakt.surfaces.console.acts import Said

FIELDS = ("priority", "place", "was_priority", "was_place", "reason")
_NUMBER = re.compile(r"\(([^()]{1,40})\)\s*$")


@apart
@require_POST
@requires("incidents.edit")
def edit(request: HttpRequest, number: str) -> HttpResponseBase:
    """Change what differs from what the form showed; with ``keep`` the other's value is chosen."""
    values = {name: request.POST.get(name, "") for name in FIELDS}
    if (kept := request.POST.get("keep", "")) in ("priority", "place"):
        values[kept] = values[f"was_{kept}"]
    try:
        services.edit(
            incident_id=desk.id_of(request, number),
            by=desk.user_of(request),
            seen=Fields(_level(values["was_priority"]), values["was_place"]),
            wanted=Fields(
                _level(values["priority"]), values["place"], _site_id(request, values["place"])
            ),
            reason=values["reason"],
            now=timezone.now(),
        )
    except EditConflict as conflict:
        errors = {name: _both(found) for name, found in conflict.conflicts.items()}
        theirs = {f"was_{name}": found.stands for name, found in conflict.conflicts.items()}
        return acts.judged(
            request, number, "edit", {**values, **theirs}, errors, conflicts=conflict.conflicts
        )
    except services.NothingToChange as refusal:
        if kept:
            said = Said(_("%(number)s stays as it is.") % {"number": number})
            return acts.done(request, number, said)
        return acts.judged(request, number, "edit", values, {refusal.field: str(refusal)})
    except Refusal as refusal:
        wrong = getattr(refusal, "field", "")
        if wrong not in FIELDS:
            return acts.refused(request, number, refusal, forms={"edit": {"values": values}})
        return acts.judged(request, number, "edit", values, {wrong: str(refusal)})
    return acts.done(request, number, Said(_("%(number)s is changed.") % {"number": number}))


def _level(text: str) -> int:
    return int(text) if text in ("1", "2", "3") else 0


def _site_id(request: HttpRequest, place: str) -> int | None:
    """The object a place names, by the number in brackets that the suggestions end with."""
    chosen = _NUMBER.search(place)
    if chosen is None:
        return None
    sites = visible(desk.user_of(request), "sites.view", Site.objects.filter(is_active=True))
    return sites.filter(number=chosen[1]).values_list("pk", flat=True).first()


def _both(found: Conflict) -> str:
    """Both values in one sentence, and whose the other is."""
    said: dict[str, Any] = {"theirs": found.theirs or "–", "mine": found.mine, "who": found.who}
    if found.who and found.at:
        said["time"] = formats.clock(found.at)
        return (
            _("%(who)s changed it to “%(theirs)s” at %(time)s. You wrote “%(mine)s”. Choose.")
            % said
        )
    return _("It was changed to “%(theirs)s” meanwhile. You wrote “%(mine)s”. Choose.") % said
