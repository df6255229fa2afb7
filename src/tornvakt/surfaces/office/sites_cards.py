"""Instruction cards (åtgärdskort): the editor with its preview, the versions, and what differs.

One page for an object's own card and for the default of a kind. What is typed is understood in
`sites_card_drafts`.
"""

import difflib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.ui import formats
from tornvakt.domains.sites import selectors, services
from tornvakt.domains.sites.kinds import CARDS
from tornvakt.domains.sites.models import Instruction, Site
from tornvakt.pure.facts import Refusal
from tornvakt.pure.instructions import END, Step, parse
from tornvakt.pure.protocols.text import plain_name
from tornvakt.surfaces.office import sites_card_drafts as drafting
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.sites import find

SHOWN_VERSIONS = 20


def kind_name(kind: str) -> str:
    """The name of a kind of alarm in the reader's language."""
    names = CARDS[kind]
    return names[1] if formats.language() == "en" else names[0]


@require_safe
@requires("sites.edit_defaults")
def default_cards(request: HttpRequest) -> HttpResponse:
    """``/atgardskort/``: the card that serves every object without its own, for each kind."""
    now = timezone.now()
    found = selectors.instructions_for([(None, kind) for kind in CARDS], now)
    rows = [
        {"kind": kind, "name": kind_name(kind), "card": found[None, kind]}
        for kind in CARDS
        if found[None, kind].kind == kind
    ]
    return render(request, "office/sites/cards.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def site_card(request: HttpRequest, number: str, kind: str) -> HttpResponseBase:
    """``/objekt/<nummer>/atgardskort/<slag>/``: the object's own card."""
    return _card(request, kind, find(request, number, "sites.edit"))


@require_http_methods(["GET", "POST"])
@requires("sites.edit_defaults")
def default_card(request: HttpRequest, kind: str) -> HttpResponseBase:
    """``/atgardskort/<slag>/``: the default of a kind."""
    return _card(request, kind, None)


@require_POST
@requires("sites.edit")
def end_card(request: HttpRequest, number: str, kind: str) -> HttpResponseBase:
    """Let the default hold at the object again."""
    site = find(request, number, "sites.edit")
    services.end_instruction(site_id=site.pk, kind=kind, by=person(request), at=timezone.now())
    messages.success(request, _("The default card holds from now."))
    return redirect("site", number)


def _card(request: HttpRequest, kind: str, site: Site | None) -> HttpResponseBase:
    if kind not in CARDS:
        raise Http404
    now = timezone.now()
    site_id = site.pk if site else None
    standing = selectors.instruction_for(site_id, kind, now)
    is_own = not standing.is_default if site else standing.kind == kind
    title, drafts = standing.title, [drafting.draft(step) for step in standing.steps]
    faults = drafting.Faults()
    if request.method == "POST":
        title = plain_name(request.POST.get("title", ""))
        drafts = drafting.typed(request)
        if "save" in request.POST or "preview" in request.POST:
            steps, faults = drafting.judged(title, drafts)
            if "save" in request.POST and not faults:
                refusal = _save(request, site, kind, title, steps)
                if not refusal:
                    return redirect("site", site.number) if site else redirect("default_cards")
                faults.blame(0, refusal)
        else:
            drafts = drafting.moved(request, drafts)
    versions = Instruction.objects.filter(site=site, kind=kind).order_by("-version")
    shown = list(versions[:SHOWN_VERSIONS])
    wanted = request.GET.get("jamfor", "")
    older = next((each for each in shown if str(each.version) == wanted), None)
    context: dict[str, Any] = {
        "site": site,
        "kind": kind,
        "kind_name": kind_name(kind),
        "card_title": title,
        "drafts": [(n, each, faults.steps.get(n, [])) for n, each in enumerate(drafts)],
        "preview": drafting.previewed(drafts),
        "places": [(each.key, n, each.text[:40]) for n, each in enumerate(drafts, 1)],
        "step_kinds": [("do", _("Do")), ("call", _("Call")), ("ask", _("Ask"))],
        "faults": faults,
        "is_own": is_own,
        "version": standing.version,
        "versions": shown,
        "older": older,
        "difference": _difference(older, shown[0]) if older and shown else [],
        "back": reverse("site", args=[site.number]) if site else reverse("default_cards"),
    }
    status = 422 if faults else 200
    return render(request, "office/sites/card.html", context, status=status)


def _save(request: HttpRequest, site: Site | None, kind: str, title: str, steps: list[Step]) -> str:
    """Store a new version; return why not, or nothing."""
    try:
        row = services.write_instruction(
            site_id=site.pk if site else None,
            kind=kind,
            title=title,
            steps=steps,
            by=person(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return str(refusal)
    said = _("Version %(version)s holds for alarms from now. Incidents already open keep theirs.")
    messages.success(request, said % {"version": row.version})
    return ""


def _difference(older: Instruction, newest: Instruction) -> list[tuple[str, str]]:
    """Return the lines of two versions as (mark, line): " " the same, "-" gone, "+" new."""
    lines = difflib.ndiff(_lines(older), _lines(newest))
    return [(line[0], line[2:]) for line in lines if line[0] in " -+"]


def _lines(row: Instruction) -> list[str]:
    lines = [row.title]
    numbers = {step.key: str(n) for n, step in enumerate(parse(row.steps), 1)}
    for n, step in enumerate(parse(row.steps), 1):
        limit = f" ({step.deadline_s} s)" if step.deadline_s else ""
        lines.append(f"{n}. {step.text}{limit}")
        lines += [f"   {step.help}"] if step.help else []
        lines += [f"   {each.label} → {_where(each.goto, numbers)}" for each in step.answers]
        lines += [f"   → {_where(step.goto, numbers)}"] if step.goto else []
    return lines


def _where(goto: str | None, numbers: dict[str, str]) -> str:
    if goto is None:
        return _("the next step")
    return _("the end") if goto == END else _("step %(n)s") % {"n": numbers.get(goto, goto)}
