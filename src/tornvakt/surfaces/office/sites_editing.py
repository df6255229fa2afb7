"""The one way an object's forms are shown, read and saved: the page, the fault, what was typed.

A page says which fields it has, what stands in them and what saving does. Here they are shown, what
was typed is understood, a refusal is put beside the field it is about, and nothing typed is lost.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Site
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.sites_forms import Field

BLAME: dict[type[Refusal], str] = {
    services.Nameless: "name",
    services.NameTaken: "name",
    services.NumberTaken: "number",
    services.NumberWrong: "number",
    services.NotAPoint: "latitude",
    services.KeyTaken: "key_number",
    services.NotACodeWord: "code_word",
}
"""The field that a refusal is about; others are said above them all."""
Save = Callable[..., object]


def edited(
    request: HttpRequest,
    site: Site,
    fields: Sequence[Field],
    save: Save,
    *,
    title: str,
    said: str,
    standing: Mapping[str, Any] | None = None,
    check: Callable[[forms.Form], None] = lambda form: None,
) -> HttpResponseBase:
    """Show a form of an object, or save it and go back to the object's page.

    ``save`` takes the values by the names of their columns; ``check`` may blame fields before it is
    called, and ``said`` is what the person is told afterwards.
    """
    form = forms.empty(fields, standing)
    if request.method == "POST":
        form = forms.filled(fields, request.POST)
        check(form)
        if is_saved(form, save):
            messages.success(request, said)
            return redirect("site", site.number)
    return shown(request, form, title=title, site=site, back=reverse("site", args=[site.number]))


def shown(request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    """Return the page of one form: 200 while it waits, 422 when something is wrong."""
    whole = {"form": form, "save": _("Save"), **context}
    return render(
        request, "office/sites/form.html", whole, status=context.get("status", form.status)
    )


def is_saved(form: forms.Form, save: Save) -> bool:
    """Run a verb with what was typed; put its refusal beside the field it is about."""
    if not form.is_good:
        return False
    try:
        save(**form.values)
    except Refusal as refusal:
        form.blame(BLAME.get(type(refusal), ""), str(refusal))
        return False
    return True


def who(request: HttpRequest) -> dict[str, Any]:
    """Return who does it and when, as the verbs take them."""
    return {"by": person(request), "at": timezone.now()}


def row_of(model: Any, site: Site, pk: int, **more: object) -> Any:
    """Return a row of this object. Raises Http404 for another's."""
    row = model.objects.filter(pk=pk, site=site, **more).first()
    if row is None:
        raise Http404
    return row
