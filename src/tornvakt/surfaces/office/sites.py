"""``/objekt/``: the protected objects, searched and paged; what they lack stands beside."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import decide, visible
from tornvakt.base.ui import formats
from tornvakt.domains.sites import kinds, selectors
from tornvakt.domains.sites.models import Site, Transmitter
from tornvakt.surfaces.office.locking import person

PER_PAGE = 50


@require_safe
@requires("sites.view")
def site_list(request: HttpRequest) -> HttpResponse:
    """The objects the viewer may see. As many queries with three rows as with three hundred."""
    viewer, now = person(request), timezone.now()
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "slag", "omrade", "brist")}
    seen = visible(viewer, "sites.view", Site.objects.all())
    districts = list(
        seen.exclude(district="").order_by("district").values_list("district", flat=True).distinct()
    )
    found = _cut_down(selectors.with_lacks(seen, now), asked)
    page = Paginator(found.select_related("customer"), PER_PAGE).get_page(request.GET.get("sida"))
    rows = list(page.object_list)
    on_test = {test.site_id for test in selectors.tests_of([site.pk for site in rows], now)}
    lacks = lack_words()
    context = {
        "page": page,
        "rows": [
            {
                "site": site,
                "kind": kinds.name(site.kind, formats.language()),
                "lacks": [lacks[each] for each in selectors.lacks_of(site)],
                "is_on_test": site.pk in on_test,
            }
            for site in rows
        ],
        "asked": asked,
        "is_asked": any(asked.values()),
        "kinds": kind_choices(),
        "districts": districts,
        "lacks": [("nagot", _("something")), *lacks.items()],
        "may_edit": decide(viewer, "sites.edit"),
        "may_import": decide(viewer, "sites.import"),
        "may_export": decide(viewer, "sites.export"),
    }
    return render(request, "office/sites/list.html", context)


def _cut_down(sites: "QuerySet[Site]", asked: dict[str, str]) -> "QuerySet[Site]":
    if text := asked["q"]:
        own = Transmitter.objects.filter(site=OuterRef("pk"), account__iexact=text)
        sites = sites.filter(
            Q(name__icontains=text)
            | Q(number__icontains=text)
            | Q(address__icontains=text)
            | Q(customer__name__icontains=text)
            | Exists(own)
        )
    if asked["slag"] in kinds.all_kinds():
        sites = sites.filter(kind=asked["slag"])
    if asked["omrade"]:
        sites = sites.filter(district=asked["omrade"])
    if asked["brist"] == "nagot":
        sites = sites.filter(selectors.lacking_any(), is_active=True)
    elif asked["brist"] in selectors.LACKS:
        sites = sites.filter(selectors.lacking_any(asked["brist"]), is_active=True)
    return sites.order_by("-is_active", "number")


def find(request: HttpRequest, number: str, action: str = "sites.view") -> Site:
    """Return the object the viewer may do this to. Raises Http404: to others it does not exist."""
    sites = visible(person(request), action, Site.objects.select_related("customer"))
    site = sites.filter(number=number).first()
    if site is None:
        raise Http404
    return site


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of premises in the reader's language."""
    return [(kind.code, kind.name(formats.language())) for kind in kinds.all_kinds().values()]


def lack_words() -> dict[str, str]:
    """What an object may lack, in words."""
    return {
        "transmitter": _("transmitter"),
        "instruction": _("own instruction card"),
        "keyholder": _("keyholder"),
        "phone": _("telephone"),
        "point": _("point on the map"),
    }


def may(request: HttpRequest, site: Site) -> dict[str, Any]:
    """What the viewer may do to an object, for the templates."""
    viewer = person(request)
    return {
        "may_edit": decide(viewer, "sites.edit", site),
        "may_test": decide(viewer, "sites.test", site),
        "may_lend": decide(viewer, "sites.lend_key", site),
        "may_read_code_word": decide(viewer, "sites.read_code_word", site),
    }
