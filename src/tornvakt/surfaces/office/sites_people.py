"""An object's keyholders and keys: the forms that change them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Keyholder, Site, SiteKey
from tornvakt.domains.sites.services.sheets import KEYHOLDERS, KEYS, Column, Kind
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office import sites_page
from tornvakt.surfaces.office.sites import find
from tornvakt.surfaces.office.sites_editing import edited, is_saved, row_of, shown, who
from tornvakt.surfaces.office.sites_forms import Field

HOLDER = (
    Field(KEYHOLDERS.column("name"), gettext_lazy("Name")),
    Field(KEYHOLDERS.column("role"), gettext_lazy("Role")),
    Field(KEYHOLDERS.column("phone"), gettext_lazy("Telephone")),
    Field(KEYHOLDERS.column("phone2"), gettext_lazy("Second telephone")),
    Field(
        KEYHOLDERS.column("hours"),
        gettext_lazy("Hours"),
        gettext_lazy("For example Mon–Fri 07:00–16:00; Sat 09:00–12:00. Empty: at any hour."),
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
BORROWER = Field(
    Column("borrower", "Låntagare", longest=120, is_required=True),
    gettext_lazy("Who takes it"),
)
KEY = (
    Field(KEYS.column("number"), gettext_lazy("Number on the tag"), key="key_number"),
    Field(KEYS.column("kept"), gettext_lazy("Kept"), gettext_lazy("Cabinet and hook.")),
    Field(KEYS.column("note"), gettext_lazy("Note"), key="key_note"),
)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def add_keyholder(request: HttpRequest, number: str) -> HttpResponseBase:
    """``nyckelhavare/ny/``: somebody to ring, last on the list."""
    site = find(request, number, "sites.edit")

    def save(**values: Any) -> None:
        draft = services.KeyholderDraft(**values)
        services.add_keyholder(site_id=site.pk, draft=draft, **who(request))

    said = _("Added last on the list.")
    return edited(request, site, HOLDER, save, title=_("New keyholder"), said=said)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def edit_keyholder(request: HttpRequest, number: str, keyholder_id: int) -> HttpResponseBase:
    """``nyckelhavare/<id>/``: one keyholder, the code word, and taking them off the list."""
    site = find(request, number, "sites.edit")
    holder = row_of(Keyholder, site, keyholder_id, ended_at=None)
    form = _holder_form(holder)

    def save(**values: Any) -> None:
        draft = services.KeyholderDraft(**values)
        services.change_keyholder(keyholder_id=holder.pk, draft=draft, **who(request))

    if request.method == "POST":
        form = forms.filled(HOLDER, request.POST)
        if is_saved(form, save):
            messages.success(request, _("Saved."))
            return redirect("site", number)
    return _holder_page(request, site, holder, form, forms.empty((CODE_WORD,)))


@require_POST
@requires("sites.edit")
def set_code_word(request: HttpRequest, number: str, keyholder_id: int) -> HttpResponseBase:
    """Store a code word. What was typed is not shown again: it is a secret."""
    site = find(request, number, "sites.edit")
    holder = row_of(Keyholder, site, keyholder_id, ended_at=None)
    form = forms.filled((CODE_WORD,), request.POST)

    def save(code_word: str) -> None:
        services.set_code_word(keyholder_id=holder.pk, word=code_word, **who(request))

    if is_saved(form, save):
        messages.success(request, _("The code word is stored."))
        return redirect("site", number)
    form.typed.clear()
    return _holder_page(request, site, holder, _holder_form(holder), form)


@require_POST
@requires("sites.edit")
def end_keyholder(request: HttpRequest, number: str, keyholder_id: int) -> HttpResponseBase:
    """Take somebody off the list."""
    site = find(request, number, "sites.edit")
    row_of(Keyholder, site, keyholder_id)
    services.end_keyholder(keyholder_id=keyholder_id, **who(request))
    messages.success(request, _("Taken off the list. Earlier calls stay in the log."))
    return redirect("site", number)


@require_POST
@requires("sites.edit")
def move_keyholder(request: HttpRequest, number: str, keyholder_id: int) -> HttpResponseBase:
    """Ring somebody earlier: one step up on the list."""
    site = find(request, number, "sites.edit")
    holder = row_of(Keyholder, site, keyholder_id, ended_at=None)
    rows = Keyholder.objects.filter(site=site, ended_at=None).order_by("order", "id")
    ids = list(rows.values_list("pk", flat=True))
    place = ids.index(holder.pk)
    if place:
        ids[place - 1], ids[place] = ids[place], ids[place - 1]
        services.order_keyholders(site_id=site.pk, keyholder_ids=ids, **who(request))
    return redirect(f"{reverse('site', args=[number])}#nyckelhavare")


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def add_key(request: HttpRequest, number: str) -> HttpResponseBase:
    """``nycklar/ny/``: a key that we keep."""
    site = find(request, number, "sites.edit")

    def save(**values: Any) -> None:
        services.add_key(site_id=site.pk, **values, **who(request))

    said = _("The key is on the board.")
    return edited(request, site, KEY, save, title=_("New key"), said=said)


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
    """Note who took a key. The form stands on the object's page, and so does what is wrong."""
    site = find(request, number)
    row_of(SiteKey, site, key_id, ended_at=None)
    form = forms.filled((BORROWER,), request.POST)
    if not form.typed["borrower"].strip():
        form.blame("borrower", _("Write who takes the key, such as Patrull 1."))

    def lend(borrower: str) -> None:
        services.lend_key(key_id=key_id, borrower=borrower, **who(request))

    if is_saved(form, lend):
        messages.success(request, _("Noted. The key is out."))
        return redirect(f"{reverse('site', args=[number])}#nycklar")
    wrong = form.errors.get("borrower") or form.refusal
    return sites_page.shown(
        request, site, lending=sites_page.Lending(key_id, form.typed["borrower"], wrong)
    )


def _with_key(
    request: HttpRequest, number: str, key_id: int, verb: Callable[..., object], said: str
) -> HttpResponseBase:
    site = find(request, number)
    row_of(SiteKey, site, key_id, ended_at=None)
    try:
        verb(key_id=key_id, **who(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(f"{reverse('site', args=[number])}#nycklar")


def _holder_form(holder: Keyholder) -> forms.Form:
    standing = {each.column.key: getattr(holder, each.column.key) for each in HOLDER}
    return forms.empty(HOLDER, standing)


def _holder_page(
    request: HttpRequest, site: Site, holder: Keyholder, form: forms.Form, code_word: forms.Form
) -> HttpResponse:
    args = [site.number, holder.pk]
    return shown(
        request,
        form,
        title=_("Change the keyholder"),
        site=site,
        back=reverse("site", args=[site.number]),
        code_word=code_word.shown[0],
        code_word_url=reverse("keyholder_code_word", args=args),
        has_code_word=holder.code_word_sealed is not None,
        end_url=reverse("keyholder_end", args=args),
        end_title=_("Off the list"),
        end_text=_("The person is no longer rung about this object. The log is kept."),
        end_button=_("Take off the list"),
        status=200 if form.is_good and code_word.is_good else 422,
    )
