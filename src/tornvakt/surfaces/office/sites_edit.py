"""An object's own facts, its warnings, its keyholders and its keys: the forms that change them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Customer, Keyholder, Site, SiteKey, SiteWarning
from tornvakt.domains.sites.services.sheets import (
    KEYHOLDERS,
    KEYS,
    OBJECTS,
    WARNINGS,
    Column,
    Kind,
)
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.sites import find, kind_choices
from tornvakt.surfaces.office.sites_forms import Field

BLAME: dict[type[Refusal], str] = {
    services.Nameless: "name",
    services.NameTaken: "name",
    services.NumberTaken: "number",
    services.NotAPoint: "latitude",
    services.KeyTaken: "key_number",
}


def _kinds() -> list[tuple[str, str]]:
    return [("", _("Not said")), *kind_choices()]


SITE = (
    Field(OBJECTS.column("name"), gettext_lazy("Name")),
    Field(
        Column("kind", "Slag"),
        gettext_lazy("Kind"),
        widget="select",
        choices=_kinds,
    ),
    Field(OBJECTS.column("address"), gettext_lazy("Address")),
    Field(OBJECTS.column("district"), gettext_lazy("District")),
    Field(
        OBJECTS.column("latitude"),
        gettext_lazy("Latitude"),
        gettext_lazy("Degrees in WGS 84, for example 56,66340. Copy them from a map."),
    ),
    Field(OBJECTS.column("longitude"), gettext_lazy("Longitude")),
    Field(
        OBJECTS.column("phone"),
        gettext_lazy("Telephone"),
        gettext_lazy("Where whoever is there answers."),
    ),
    Field(
        OBJECTS.column("access_text"),
        gettext_lazy("The way in"),
        gettext_lazy("Which door, where the control panel sits."),
        widget="area",
    ),
    Field(OBJECTS.column("notes"), gettext_lazy("Notes"), widget="area"),
    Field(
        OBJECTS.column("is_active"),
        gettext_lazy("In use"),
        gettext_lazy("Take the tick away when we no longer watch the place. Its history stays."),
        widget="check",
    ),
)
NEW_SITE = (
    Field(
        OBJECTS.column("customer"),
        gettext_lazy("Customer"),
        gettext_lazy("Whose place it is. A name we do not have becomes a new customer."),
    ),
    Field(
        OBJECTS.column("number"),
        gettext_lazy("Number"),
        gettext_lazy("Empty: the next of our own series, for example OBJ-0147."),
    ),
    *SITE,
)
WARNING = (
    Field(
        WARNINGS.column("text"),
        gettext_lazy("New warning"),
        gettext_lazy("What whoever goes there must know. No names."),
        key="warning_text",
    ),
    Field(
        WARNINGS.column("until"),
        gettext_lazy("Up to and with"),
        gettext_lazy("2026-12-31, or empty: until somebody takes it away."),
        key="warning_until",
    ),
)
HOLDER = (
    Field(KEYHOLDERS.column("name"), gettext_lazy("Name")),
    Field(KEYHOLDERS.column("role"), gettext_lazy("Role")),
    Field(KEYHOLDERS.column("phone"), gettext_lazy("Telephone")),
    Field(KEYHOLDERS.column("phone2"), gettext_lazy("Second telephone")),
    Field(
        KEYHOLDERS.column("hours"),
        gettext_lazy("Hours"),
        gettext_lazy("For example mån–fre 07:00–16:00; lör 09:00–12:00. Empty: at any hour."),
    ),
    Field(
        KEYHOLDERS.column("may_cancel"),
        gettext_lazy("May call off an alarm with the code word"),
        widget="check",
    ),
)
CODE_WORD = Field(
    Column("code_word", "Kodord", Kind.TEXT, 60, is_required=True),
    gettext_lazy("New code word"),
    gettext_lazy("The one there was is overwritten. It is stored enciphered."),
)
KEY = (
    Field(KEYS.column("number"), gettext_lazy("Number on the tag"), key="key_number"),
    Field(KEYS.column("kept"), gettext_lazy("Kept"), gettext_lazy("Cabinet and hook.")),
    Field(KEYS.column("note"), gettext_lazy("Note"), key="key_note"),
)


def _form(request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    shown = {"form": form, "save": _("Save"), **context}
    return render(request, "office/sites/form.html", shown, status=form.status)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def new_site(request: HttpRequest) -> HttpResponseBase:
    """``ny/``: add an object."""
    form = forms.empty(NEW_SITE, {"is_active": True})
    if request.method == "POST":
        form = forms.filled(NEW_SITE, request.POST)
        if form.is_good:
            values = dict(form.values)
            name, number = values.pop("customer"), values.pop("number")
            try:
                site = services.create_site(
                    customer=_customer(name),
                    draft=services.SiteDraft(**values),
                    number=number,
                    by=person(request),
                    at=timezone.now(),
                )
            except Refusal as refusal:
                form.blame(BLAME.get(type(refusal), ""), str(refusal))
            else:
                messages.success(request, _("Saved. Now add its transmitter and keyholders."))
                return redirect("site", site.number)
    return _form(request, form, title=_("New object"), back=reverse("sites"))


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def edit_site(request: HttpRequest, number: str) -> HttpResponseBase:
    """``redigera/``: the object's own facts."""
    site = find(request, number, "sites.edit")
    form = forms.empty(SITE, {each.column.key: getattr(site, each.column.key) for each in SITE})
    if request.method == "POST":
        form = forms.filled(SITE, request.POST)

        def save(**values: Any) -> object:
            draft = services.SiteDraft(**values)
            return services.change_site(site_id=site.pk, draft=draft, **_who(request))

        if _saved(form, save):
            messages.success(request, _("Saved."))
            return redirect("site", number)
    back = reverse("site", args=[number])
    return _form(request, form, title=_("Change the object"), site=site, back=back)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def add_warning(request: HttpRequest, number: str) -> HttpResponseBase:
    """``varningar/ny/``: what whoever goes there must know."""
    site = find(request, number, "sites.edit")
    form = forms.empty(WARNING)
    if request.method == "POST":
        form = forms.filled(WARNING, request.POST)
        now = timezone.now()
        until = form.values.get("until")
        if until is not None and until <= now:
            form.blame("warning_until", _("That day is over. Choose a later one."))
        if form.is_good:
            text = form.values["text"]
            services.warn(site_id=site.pk, text=text, until=until, by=person(request), at=now)
            messages.success(request, _("The warning stands from now."))
            return redirect("site", number)
    back = reverse("site", args=[number])
    return _form(request, form, title=_("New warning"), site=site, back=back)


@require_POST
@requires("sites.edit")
def end_warning(request: HttpRequest, number: str, warning_id: int) -> HttpResponseBase:
    """Take a warning away."""
    site = find(request, number, "sites.edit")
    _of(SiteWarning, site, warning_id)
    services.end_warning(warning_id=warning_id, **_who(request))
    messages.success(request, _("The warning is gone."))
    return redirect("site", number)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def add_keyholder(request: HttpRequest, number: str) -> HttpResponseBase:
    """``nyckelhavare/ny/``: somebody to ring, last on the list."""
    site = find(request, number, "sites.edit")
    form = forms.empty(HOLDER)
    if request.method == "POST":
        form = forms.filled(HOLDER, request.POST)

        def save(**values: Any) -> object:
            draft = services.KeyholderDraft(**values)
            return services.add_keyholder(site_id=site.pk, draft=draft, **_who(request))

        if _saved(form, save):
            messages.success(request, _("Added last on the list."))
            return redirect("site", number)
    back = reverse("site", args=[number])
    return _form(request, form, title=_("New keyholder"), site=site, back=back)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def edit_keyholder(request: HttpRequest, number: str, keyholder_id: int) -> HttpResponseBase:
    """``nyckelhavare/<id>/``: one keyholder, the code word, and taking them off the list."""
    site = find(request, number, "sites.edit")
    holder = _of(Keyholder, site, keyholder_id, ended_at=None)
    form = _holder_form(holder)
    if request.method == "POST":
        form = forms.filled(HOLDER, request.POST)

        def save(**values: Any) -> object:
            draft = services.KeyholderDraft(**values)
            return services.change_keyholder(keyholder_id=holder.pk, draft=draft, **_who(request))

        if _saved(form, save):
            messages.success(request, _("Saved."))
            return redirect("site", number)
    return _holder_page(request, site, holder, form, forms.empty((CODE_WORD,)))


@require_POST
@requires("sites.edit")
def set_code_word(request: HttpRequest, number: str, keyholder_id: int) -> HttpResponseBase:
    """Store a code word. What was typed is not shown again: it is a secret."""
    site = find(request, number, "sites.edit")
    holder = _of(Keyholder, site, keyholder_id, ended_at=None)
    form = forms.filled((CODE_WORD,), request.POST)

    def save(code_word: str) -> object:
        return services.set_code_word(keyholder_id=holder.pk, word=code_word, **_who(request))

    if _saved(form, save, "code_word"):
        messages.success(request, _("The code word is stored."))
        return redirect("site", number)
    form.typed.clear()
    return _holder_page(request, site, holder, _holder_form(holder), form)


@require_POST
@requires("sites.edit")
def end_keyholder(request: HttpRequest, number: str, keyholder_id: int) -> HttpResponseBase:
    """Take somebody off the list."""
    site = find(request, number, "sites.edit")
    _of(Keyholder, site, keyholder_id)
    services.end_keyholder(keyholder_id=keyholder_id, **_who(request))
    messages.success(request, _("Taken off the list. Earlier calls stay in the log."))
    return redirect("site", number)


@require_POST
@requires("sites.edit")
def move_keyholder(request: HttpRequest, number: str, keyholder_id: int) -> HttpResponseBase:
    """Ring somebody earlier: one step up on the list."""
    site = find(request, number, "sites.edit")
    holder = _of(Keyholder, site, keyholder_id, ended_at=None)
    rows = list(Keyholder.objects.filter(site=site, ended_at=None).order_by("order", "id"))
    place = [row.pk for row in rows].index(holder.pk)
    if place:
        ids = [row.pk for row in rows]
        ids[place - 1], ids[place] = ids[place], ids[place - 1]
        services.order_keyholders(site_id=site.pk, keyholder_ids=ids, **_who(request))
    return redirect(f"{reverse('site', args=[number])}#nyckelhavare")


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def add_key(request: HttpRequest, number: str) -> HttpResponseBase:
    """``nycklar/ny/``: a key that we keep."""
    site = find(request, number, "sites.edit")
    form = forms.empty(KEY)
    if request.method == "POST":
        form = forms.filled(KEY, request.POST)

        def save(number: str, kept: str, note: str) -> object:
            return services.add_key(
                site_id=site.pk, number=number, kept=kept, note=note, **_who(request)
            )

        if _saved(form, save):
            messages.success(request, _("The key is on the board."))
            return redirect("site", number)
    back = reverse("site", args=[number])
    return _form(request, form, title=_("New key"), site=site, back=back)


@require_POST
@requires("sites.edit")
def end_key(request: HttpRequest, number: str, key_id: int) -> HttpResponseBase:
    """Take a key off the board for good."""
    return _with_key(request, number, key_id, services.end_key, _("The key is off the board."))


@require_POST
@requires("sites.lend_key")
def return_key(request: HttpRequest, number: str, key_id: int) -> HttpResponseBase:
    """Note that a key hangs on the board again."""
    return _with_key(request, number, key_id, services.return_key, _("The key is back."))


@require_POST
@requires("sites.lend_key")
def lend_key(request: HttpRequest, number: str, key_id: int) -> HttpResponseBase:
    """Note who took a key."""
    borrower = request.POST.get("borrower", "").strip()[:120]

    def lend(**values: Any) -> object:
        return services.lend_key(borrower=borrower, **values)

    if not borrower:
        messages.error(request, _("Write who takes the key, such as Patrull 1."))
        return redirect(f"{reverse('site', args=[number])}#nycklar")
    return _with_key(request, number, key_id, lend, _("Noted. The key is out."))


def _with_key(
    request: HttpRequest, number: str, key_id: int, verb: Callable[..., object], said: str
) -> HttpResponseBase:
    site = find(request, number)
    _of(SiteKey, site, key_id, ended_at=None)
    try:
        verb(key_id=key_id, **_who(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(f"{reverse('site', args=[number])}#nycklar")


def _holder_form(holder: Keyholder) -> forms.Form:
    return forms.empty(
        HOLDER, {each.column.key: getattr(holder, each.column.key) for each in HOLDER}
    )


def _holder_page(
    request: HttpRequest,
    site: Site,
    holder: Keyholder,
    form: forms.Form,
    code_word: forms.Form,
) -> HttpResponse:
    args = [site.number, holder.pk]
    context = {
        "form": form,
        "title": _("Change the keyholder"),
        "site": site,
        "save": _("Save"),
        "back": reverse("site", args=[site.number]),
        "code_word": code_word.shown[0],
        "code_word_url": reverse("keyholder_code_word", args=args),
        "has_code_word": holder.code_word_sealed is not None,
        "end_url": reverse("keyholder_end", args=args),
        "end_title": _("Off the list"),
        "end_text": _("The person is no longer rung about this object. The log is kept."),
        "end_button": _("Take off the list"),
    }
    status = 200 if form.is_good and code_word.is_good else 422
    return render(request, "office/sites/form.html", context, status=status)


def _saved(form: forms.Form, save: Callable[..., object], blamed: str = "") -> bool:
    """Run a verb with what was typed; put its refusal beside the field it is about."""
    if not form.is_good:
        return False
    try:
        save(**form.values)
    except Refusal as refusal:
        form.blame(blamed or BLAME.get(type(refusal), ""), str(refusal))
        return False
    return True


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "at": timezone.now()}


def _of(model: Any, site: Site, pk: int, **more: object) -> Any:
    """Return a row of this object. Raises Http404 for another's."""
    row = model.objects.filter(pk=pk, site=site, **more).first()
    if row is None:
        raise Http404
    return row


def _customer(name: str) -> Customer:
    """Return the customer of this name, whatever its case; a new one when there is none."""
    known = Customer.objects.filter(name__iexact=name).first()
    return known or services.add_customer(name=name)
