"""Drawings and photographs of an object (planer och bilder): add, look at, take away."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.files import serving
from tornvakt.base.files.refusals import LARGEST, FileTooLarge, FileUnreadable
from tornvakt.domains.sites import selectors, services
from tornvakt.domains.sites.models import SitePlan
from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.text import plain_name
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.sites import find


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def add_plan(request: HttpRequest, number: str) -> HttpResponseBase:
    """``filer/ny/``: keep a drawing or a photograph. What it is called is kept when it fails."""
    site = find(request, number, "sites.edit")
    error, title = "", plain_name(request.POST.get("title", ""))[:120]
    if request.method == "POST":
        uploaded = request.FILES.get("file")
        try:
            if uploaded is None:
                error = _("Choose a file.")
            elif (uploaded.size or 0) > LARGEST:
                raise FileTooLarge(uploaded.size or 0)
            else:
                services.add_plan(
                    site_id=site.pk,
                    data=uploaded.read(),
                    name=str(uploaded.name or "fil"),
                    title=title,
                    by=person(request),
                    at=timezone.now(),
                )
        except Refusal as refusal:
            error = str(refusal)
        if not error:
            messages.success(request, _("The file is kept, enciphered."))
            return redirect("site", number)
    back = reverse("site", args=[number])
    context = {"site": site, "error": error, "file_title": title, "back": back}
    return render(request, "office/sites/file_new.html", context, status=422 if error else 200)


@require_safe
@requires("sites.view")
def show_plan(request: HttpRequest, number: str, plan_id: int) -> HttpResponse:
    """The file itself, for whoever may see the object."""
    site = find(request, number)
    found = selectors.plan_file(site.pk, plan_id)
    if found is None:
        raise Http404
    try:
        return serving.response(found)
    except FileUnreadable as refusal:
        messages.error(request, str(refusal))
        return redirect("site", number)


@require_POST
@requires("sites.edit")
def end_plan(request: HttpRequest, number: str, plan_id: int) -> HttpResponseBase:
    """Take a drawing or a photograph away."""
    site = find(request, number, "sites.edit")
    if not SitePlan.objects.filter(pk=plan_id, site=site).exists():
        raise Http404
    services.end_plan(plan_id=plan_id, by=person(request), at=timezone.now())
    messages.success(request, _("The file is taken away."))
    return redirect("site", number)
