"""Test mode (provläge) of an object, and the technician's own page without sign-in.

The technician's link is the key: it shows what this object sends while the test lasts, and ends the
test. It shows nothing else of the object, and nothing of any other.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tornvakt.base.access.doors import open_to_all, polls, requires
from tornvakt.base.audit import log as audit
from tornvakt.base.ui import formats
from tornvakt.domains.alarms.models import SignalEvent
from tornvakt.domains.alarms.words import phrase
from tornvakt.domains.sites import selectors, services
from tornvakt.domains.sites.models import Area, Site, TestMode, TestScope, Transmitter, Zone
from tornvakt.domains.sites.services.sheets import Column, Kind
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.sites import find
from tornvakt.surfaces.office.sites_forms import Field

SHOWN_SIGNALS = 200
LINK_LIVES_ON = timedelta(hours=24)
"""So long after its end a test can still be read by its link."""
TIMES = (15, 30, 60, 120, 240, 480)
ASKED_FOR = timedelta(minutes=5)
"""So long the second question about fire, gas, hold-up and medical waits for its answer."""
_ASKED = "office.test_of_life"


def _times() -> list[tuple[str, str]]:
    words = {
        15: _("15 minutes"),
        30: _("30 minutes"),
        60: _("1 hour"),
        120: _("2 hours"),
        240: _("4 hours"),
        480: _("8 hours, the longest"),
    }
    return [(str(minutes), words[minutes]) for minutes in TIMES]


FIELDS = (
    Field(
        Column("reason", "Skäl", longest=200, is_required=True),
        gettext_lazy("What is tested, and by whom"),
        gettext_lazy(
            "The next operator reads it. For example: Yearly test, the alarm firm, "
            "ring the exchange."
        ),
    ),
    Field(
        Column("minutes", "Minuter", Kind.COUNT, is_required=True),
        gettext_lazy("Ends by itself after"),
        widget="select",
        choices=_times,
    ),
    Field(
        Column("covers_life", "Brand och överfall", Kind.YES_NO),
        gettext_lazy("Fire, gas, hold-up and medical alarms too"),
        gettext_lazy("They will not be answered while the test lasts. You are asked once more."),
        widget="check",
    ),
)


@require_http_methods(["GET", "POST"])
@requires("sites.test")
def start_test(request: HttpRequest, number: str) -> HttpResponseBase:
    """``provlage/``: put the object, or a part of it, on test. Fire and its like ask twice."""
    site = find(request, number, "sites.test")
    form = forms.empty(FIELDS, {"minutes": 60})
    part = request.POST.get("part", "")
    asks_again = False
    if request.method == "POST":
        form = forms.filled(FIELDS, request.POST)
        is_confirmed = _is_confirmed(request, site, part, form)
        if form.is_good and form.values["minutes"] not in TIMES:
            form.blame("minutes", _("Choose a time from the list."))
        if not part or part.startswith(f"{TestScope.WHOLE}:"):
            form.errors["part"] = _("Choose from the list what is on test.")
        if form.is_good:
            try:
                test = _start(request, site, form.values, part, is_confirmed=is_confirmed)
            except services.LifeNotConfirmed:
                asks_again = True
            except (services.NothingToTest, services.AlreadyOnTest) as refusal:
                form.errors["part"] = str(refusal)
            except Refusal as refusal:
                form.blame("", str(refusal))
            else:
                return _begun(request, site, test)
    context = {
        "site": site,
        "form": form,
        "parts": _parts(site),
        "part": part,
        "asks_again": asks_again,
        "asked": _asked(request, site, part, form) if asks_again else "",
        "ends_at": timezone.now() + timedelta(minutes=form.values.get("minutes") or 0),
        "tests": selectors.tests_of([site.pk], timezone.now()),
        "back": reverse("site", args=[number]),
    }
    status = 422 if asks_again else form.status
    return render(request, "office/sites/test_start.html", context, status=status)


def _question(request: HttpRequest, site: Site, part: str, form: forms.Form) -> list[Any]:
    """What the second question is about: who answers it, of what, why, for how long.

    The newest test of the place stands in it too, so that one answer begins one test.
    """
    newest = TestMode.objects.filter(site=site).aggregate(newest=Max("pk"))["newest"] or 0
    said = [form.values.get(name) for name in ("reason", "minutes")]
    return [person(request).pk, site.pk, part, *said, newest]


def _asked(request: HttpRequest, site: Site, part: str, form: forms.Form) -> str:
    """Return the proof that the second question was put, for the form to send back."""
    return signing.dumps(_question(request, site, part, form), salt=_ASKED)


def _is_confirmed(request: HttpRequest, site: Site, part: str, form: forms.Form) -> bool:
    """Return whether the second question was put, about just this, and has been answered with yes.

    Both answers in one form are one answer: whoever sends them together has not been asked twice.
    """
    try:
        put = signing.loads(request.POST.get("asked", ""), salt=_ASKED, max_age=ASKED_FOR)
    except signing.BadSignature:
        return False
    is_same = bool(put == _question(request, site, part, form))
    return is_same and request.POST.get("life_confirmed") == "ja"


def _start(
    request: HttpRequest, site: Site, values: dict[str, Any], part: str, *, is_confirmed: bool
) -> TestMode:
    now = timezone.now()
    scope, _mark, rest = part.partition(":")
    account, _mark, scope_id = rest.partition(":")
    return services.start_test(
        site_id=site.pk,
        ends_at=now + timedelta(minutes=values["minutes"]),
        reason=values["reason"],
        scope=scope,
        account=account,
        scope_id=scope_id,
        covers_life=values["covers_life"],
        life_confirmed=is_confirmed,
        by=person(request),
        at=now,
    )


def _begun(request: HttpRequest, site: Site, test: TestMode) -> HttpResponseBase:
    if request.POST.get("link") == "ja":
        return _with_link(request, site, test)
    messages.success(request, _("The test has begun. It ends by itself."))
    return redirect("site", site.number)


def _with_link(request: HttpRequest, site: Site, test: TestMode) -> HttpResponse:
    token = services.make_test_link(test_id=test.pk, by=person(request), at=timezone.now())
    link = request.build_absolute_uri(reverse("test_link", args=[token]))
    context = {"site": site, "test": test, "link": link, "part": _part_words(test)}
    answer = render(request, "office/sites/test_link.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@requires("sites.test")
def new_link(request: HttpRequest, number: str, test_id: int) -> HttpResponseBase:
    """A technician's link to a test that runs; an earlier one stops working."""
    site = find(request, number, "sites.test")
    return _with_link(request, site, _running(site, test_id))


@require_POST
@requires("sites.test")
def end_test(request: HttpRequest, number: str, test_id: int) -> HttpResponseBase:
    """End a test before its time."""
    site = find(request, number, "sites.test")
    test = _running(site, test_id)
    now = timezone.now()
    if services.end_test(test_id=test.pk, by=person(request), at=now):
        words = _("The test is over. Alarms are answered again.")
    else:
        words = _("The test was over already.")
    others = selectors.tests_of([site.pk], now)
    if others:
        words = _("That test is over, but another one goes on until %(time)s. See below.") % {
            "time": formats.clock(others[-1].ends_at)[:5]
        }
    messages.success(request, words)
    return redirect("site", number)


def _running(site: Site, test_id: int) -> TestMode:
    test = TestMode.objects.select_related("site").filter(pk=test_id, site=site).first()
    if test is None:
        raise Http404
    return test


@open_to_all("the link itself is the key; it shows one object's signals while a test lasts")
@require_safe
@never_cache
def technician(request: HttpRequest, token: str) -> HttpResponse:
    """``/prov/<nyckel>/``: what the object sends, for whoever stands there and tests it."""
    test, now = _by_link(token), timezone.now()
    if polls.lets_through(None, "sites.test_link", test.pk):
        audit.read("sites.test_link", by=None, on=("test", str(test.pk)), at=now)
    return _technician(request, test, token)


@open_to_all("the link itself is the key to end its own test")
@require_POST
@never_cache
def technician_ends(request: HttpRequest, token: str) -> HttpResponseBase:
    """``/prov/<nyckel>/avsluta/``: the technician is done."""
    test = _by_link(token)
    services.end_test(test_id=test.pk, by=None, at=timezone.now(), by_link=True)
    return redirect("test_link", token)


def _by_link(token: str) -> TestMode:
    """Return the test of a link. Raises Http404 for no link of ours and for one that has aged."""
    test = services.find_by_link(token)
    if test is None or timezone.now() > _over_at(test) + LINK_LIVES_ON:
        raise Http404
    return test


def _over_at(test: TestMode) -> datetime:
    return test.ended_at or test.ends_at


def _technician(request: HttpRequest, test: TestMode, token: str) -> HttpResponse:
    now = timezone.now()
    is_running = test.ended_at is None and now < test.ends_at
    events = (
        SignalEvent.objects.filter(
            signal__transmitter__site=test.site,
            signal__received_at__gte=test.starts_at,
            signal__received_at__lt=_over_at(test),
        )
        .select_related("signal")
        .order_by("-signal__received_at", "-id")
    )
    if test.scope != TestScope.WHOLE:
        events = events.filter(signal__account=test.account)
    if test.scope == TestScope.ZONE:
        events = events.filter(zone__in=_spellings(test.scope_id))
    elif test.scope == TestScope.AREA:
        events = events.filter(area__in=_spellings(test.scope_id))
    rows = list(events[: SHOWN_SIGNALS + 1])
    senders = {row.signal.transmitter_id for row in rows}
    names = selectors.zone_names([sender for sender in senders if sender is not None])
    others = selectors.tests_of([test.site_id], now) if not is_running else ()
    context = {
        "test": test,
        "part": _part_words(test),
        "token": token,
        "is_running": is_running,
        "goes_on_until": others[-1].ends_at if others else None,
        "has_alarms": any(row.alarm_id for row in rows),
        "over_at": _over_at(test),
        "now": now,
        "rows": [
            {
                "event": row,
                "phrase": phrase(row, formats.language()),
                "zone": names.get((row.signal.account, row.zone.lstrip("0")), ""),
            }
            for row in rows[:SHOWN_SIGNALS]
        ],
        "is_cut": len(rows) > SHOWN_SIGNALS,
    }
    return render(request, "office/sites/technician.html", context)


def _spellings(number: str) -> list[str]:
    """Return a number as a panel may write it: 3, 03, 003, 0003."""
    plain = number.lstrip("0") or "0"
    return sorted({plain, *(plain.zfill(width) for width in range(2, 7))})


def _parts(site: Site) -> list[tuple[str, str]]:
    """Return what can be put on test: the whole, a transmitter, an area, a zone."""
    senders = list(Transmitter.objects.filter(site=site).order_by("account"))
    accounts = {sender.pk: sender.account for sender in senders}
    areas = Area.objects.filter(transmitter__in=accounts, valid_to=None).order_by("number")
    zones = Zone.objects.filter(transmitter__in=accounts, valid_to=None).order_by("number")
    parts = [("", _("Choose")), ("whole", _("The whole object"))]
    for sender in senders:
        words = _("Transmitter %(account)s") % {"account": sender.account}
        parts.append((f"transmitter:{sender.account}", f"{words} {sender.name}".strip()))
    for area in areas:
        words = _("Area %(number)s") % {"number": area.number}
        parts.append(
            (f"area:{accounts[area.transmitter_id]}:{area.number}", f"{words} {area.name}")
        )
    for zone in zones:
        account = accounts[zone.transmitter_id]
        words = _("Zone %(number)s") % {"number": zone.number}
        parts.append((f"zone:{account}:{zone.number}", f"{words} {zone.name} ({account})"))
    return parts


def _part_words(test: TestMode) -> str:
    words = {
        TestScope.WHOLE: _("The whole object"),
        TestScope.TRANSMITTER: _("Transmitter %(account)s") % {"account": test.account},
        TestScope.AREA: _("Area %(number)s") % {"number": test.scope_id},
        TestScope.ZONE: _("Zone %(number)s") % {"number": test.scope_id},
    }
    return words[TestScope(test.scope)]
