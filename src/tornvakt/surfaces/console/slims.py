"""The slim lines under the queue: what waits, is in test, was skipped or closed. Each leads on."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide, visible
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import Incident, StepMark
from tornvakt.domains.incidents.selectors import left_out_counts
from tornvakt.domains.incidents.selectors.shifts import on_now, unseen_left
from tornvakt.domains.incidents.states import State
from tornvakt.domains.sites.models import TestMode
from tornvakt.surfaces.console import paper_words

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Slim:
    """One line: what, how many, one fact more, and the list behind it."""

    word: str
    n: int
    more: str
    url: str


@require_GET
@requires("incidents.view", polled=True)
def slims(request: HttpRequest) -> HttpResponse:
    """``/larm/vid-sidan/``: the lines alone, for the script to renew."""
    assert isinstance(request.user, User)  # the policy lets nobody else in
    context = {"slims": lines(request.user, datetime.now(UTC))}
    return render(request, "console/slims.html", context)


def lines(viewer: User, now: datetime) -> list[Slim]:
    """Return the lines that have something behind them, in the active language."""
    found = [
        *(_left_out(viewer), _waiting(viewer), _tests(now)),
        *(_skipped(viewer), _closed(viewer, now)),
        *(_left(viewer), _old_paper(now), _on_shift(viewer, now)),
    ]
    return [line for line in found if line.n]


def tests_in_force(now: datetime) -> QuerySet[TestMode]:
    """The test modes that hold at this instant, the one that ends first on top."""
    running = TestMode.objects.filter(starts_at__lte=now, ends_at__gt=now)
    return running.filter(ended_at=None) | running.filter(ended_at__gt=now)


def waiting_incidents(viewer: User) -> QuerySet[Incident]:
    """Incidents that wait for another party, the one that wakes first on top."""
    return visible(viewer, "incidents.view", Incident.objects.filter(state=State.WAITING))


def unseen_skips() -> QuerySet[StepMark]:
    """Skipped steps no shift leader has looked at."""
    return StepMark.objects.filter(is_skipped=True, undone_at=None, seen_at=None)


def is_skip(mark_id: int) -> bool:
    """Whether there is a skipped step with that id. A number no row can have is none."""
    return mark_id <= LARGEST_ID and StepMark.objects.filter(pk=mark_id, is_skipped=True).exists()


def _left_out(viewer: User) -> Slim:
    counts = left_out_counts(viewer)
    worst = next(((account, n) for account, n in counts.items() if account), None)
    more = ""
    if worst:
        more = _("account %(account)s: %(n)d") % {"account": worst[0], "n": worst[1]}
    return Slim(_("Not shown in the queue"), sum(counts.values()), more, reverse("left_out"))


def _waiting(viewer: User) -> Slim:
    found = waiting_incidents(viewer).aggregate(n=Count("pk"), next=Min("wakes_at"))
    at = found["next"]
    more = _("next wakes %(time)s") % {"time": formats.clock(at)[:5]} if at else ""
    return Slim(_("Waiting"), found["n"], more, reverse("waiting"))


def _tests(now: datetime) -> Slim:
    found = tests_in_force(now).aggregate(n=Count("site", distinct=True), next=Min("ends_at"))
    at = found["next"]
    more = _("first ends %(time)s") % {"time": formats.clock(at)[:5]} if at else ""
    return Slim(_("Objects in test"), found["n"], more, reverse("tests"))


def _skipped(viewer: User) -> Slim:
    n = unseen_skips().count() if decide(viewer, "incidents.view_skipped") else 0
    return Slim(_("Skipped steps"), n, "", reverse("skipped"))


def _left(viewer: User) -> Slim:
    return Slim(_("Shifts nobody received"), unseen_left(viewer), "", reverse("shift"))


def _old_paper(now: datetime) -> Slim:
    """The live state on paper is older than it may be: nobody should find out in the dark."""
    minutes = paper_words.minutes_late(now)
    more = _("the folder for papers is not written to") if minutes else ""
    return Slim(_("Minutes since the live state was printed:"), minutes, more, reverse("shift"))


def _on_shift(viewer: User, now: datetime) -> Slim:
    on = on_now(viewer, now)
    more = ", ".join(each.call_name for each in on)
    return Slim(_("On shift"), len(on), more, reverse("shift"))


def _closed(viewer: User, now: datetime) -> Slim:
    today = Incident.objects.filter(closed_at__gte=formats.midnight(now))
    found = visible(viewer, "incidents.view", today).aggregate(n=Count("pk"), last=Max("closed_at"))
    more = _("latest %(time)s") % {"time": formats.clock(found["last"])[:5]} if found["n"] else ""
    return Slim(_("Closed today"), found["n"], more, reverse("closed"))
