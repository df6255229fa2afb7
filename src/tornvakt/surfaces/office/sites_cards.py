"""Instruction cards (åtgärdskort): the editor with its preview, the versions, and what differs.

One page for an object's own card and for the default of a kind. It works by plain buttons: each of
them sends the whole form, so that nothing typed is lost while steps are added, moved and removed.
"""

import difflib
import re
from dataclasses import dataclass, replace
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
from tornvakt.pure.instructions import END, Answer, Step, StepKind, parse, problems
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.sites import find

MOST_ANSWERS = 4
SHOWN_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """One step as typed: a deadline may not be a number yet."""

    key: str
    text: str = ""
    help: str = ""
    deadline: str = ""
    kind: str = StepKind.DO.value
    goto: str = ""
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def four_answers(self) -> list[tuple[int, str, str]]:
        """The answers with empty ones to fill in: (place, label, goto)."""
        padded = [*self.answers, *((("", ""),) * MOST_ANSWERS)][:MOST_ANSWERS]
        return [(place, label, goto) for place, (label, goto) in enumerate(padded)]


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
    title, drafts = standing.title, [_draft(step) for step in standing.steps]
    faults: list[str] = []
    is_preview = False
    if request.method == "POST":
        title = request.POST.get("title", "").strip()[:200]
        drafts = _typed(request)
        if "save" in request.POST or "preview" in request.POST:
            is_preview = True
            steps, faults = _steps(drafts)
            if not title:
                faults.insert(0, _("Write what the card is called."))
            if len(title) > 120:
                faults.insert(0, _("The name of the card is too long; at most 120 characters."))
            faults += [] if faults else problems(steps)
            if "save" in request.POST and not faults:
                return _save(request, site, kind, title, steps)
        else:
            drafts = _moved(request, drafts)
    versions = Instruction.objects.filter(site=site, kind=kind).order_by("-version")
    shown = list(versions[:SHOWN_VERSIONS])
    wanted = request.GET.get("jamfor", "")
    older = next((each for each in shown if str(each.version) == wanted), None)
    context: dict[str, Any] = {
        "site": site,
        "kind": kind,
        "kind_name": kind_name(kind),
        "card_title": title,
        "drafts": list(enumerate(drafts)),
        "preview": _previewed(drafts),
        "places": [(each.key, n, each.text[:40]) for n, each in enumerate(drafts, 1)],
        "step_kinds": [("do", _("Do")), ("call", _("Call")), ("ask", _("Ask"))],
        "faults": faults,
        "blamed": {int(n) for fault in faults for n in re.findall(r"[Ss]te[gp] (\d+)", fault)},
        "is_preview": is_preview,
        "is_own": is_own,
        "version": standing.version,
        "versions": shown,
        "older": older,
        "difference": _difference(older, shown[0]) if older and shown else [],
        "back": reverse("site", args=[site.number]) if site else reverse("default_cards"),
    }
    status = 422 if faults else 200
    return render(request, "office/sites/card.html", context, status=status)


def _previewed(drafts: list[Draft]) -> list[tuple[Draft, list[tuple[str, str]], str]]:
    """Each step with its answers and where they lead, and where the step itself does."""
    numbers = {each.key: n for n, each in enumerate(drafts, 1)}

    def place(goto: str, n: int) -> str:
        if goto == END or (not goto and n == len(drafts)):
            return _("the end")
        if not goto:
            return _("step %(n)s") % {"n": n + 1}
        return _("step %(n)s") % {"n": numbers[goto]} if goto in numbers else "?"

    return [
        (step, [(label, place(goto, n)) for label, goto in step.answers], place(step.goto, n))
        for n, step in enumerate(drafts, 1)
    ]


def _save(
    request: HttpRequest, site: Site | None, kind: str, title: str, steps: list[Step]
) -> HttpResponseBase:
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
        messages.error(request, str(refusal))
        return redirect(request.get_full_path())
    said = _("Version %(version)s holds for alarms from now. Incidents already open keep theirs.")
    messages.success(request, said % {"version": row.version})
    return redirect("site", site.number) if site else redirect("default_cards")


def _draft(step: Step) -> Draft:
    return Draft(
        step.key,
        step.text,
        step.help,
        "" if step.deadline_s is None else str(step.deadline_s),
        step.kind.value,
        step.goto or "",
        tuple((answer.label, answer.goto or "") for answer in step.answers),
    )


def _typed(request: HttpRequest) -> list[Draft]:
    post = request.POST
    places = sorted(
        int(match.group(1))
        for match in (re.fullmatch(r"key_(\d{1,3})", name) for name in post)
        if match
    )
    return [
        Draft(
            key=post.get(f"key_{n}", "")[:40],
            text=post.get(f"text_{n}", "").strip(),
            help=post.get(f"help_{n}", "").strip(),
            deadline=post.get(f"deadline_{n}", "").strip()[:12],
            kind=post.get(f"kind_{n}", "do"),
            goto=post.get(f"goto_{n}", ""),
            answers=tuple(
                (label, post.get(f"to_{n}_{each}", ""))
                for each in range(MOST_ANSWERS)
                if (label := post.get(f"answer_{n}_{each}", "").strip())
            ),
        )
        for n in places
    ]


def _moved(request: HttpRequest, drafts: list[Draft]) -> list[Draft]:
    """Carry out a button that changes the list: one more step, one less, one step up."""
    for name in request.POST:
        verb, _mark, number = name.partition("-")
        if verb == "add":
            used = {each.key for each in drafts}
            key = next(f"s{n}" for n in range(1, 1000) if f"s{n}" not in used)
            return [*drafts, Draft(key)]
        if verb in ("remove", "up") and number.isdigit() and int(number) < len(drafts):
            place = int(number)
            if verb == "remove":
                gone = drafts[place].key
                left = drafts[:place] + drafts[place + 1 :]
                return [_without(each, gone) for each in left]
            if place:
                drafts[place - 1], drafts[place] = drafts[place], drafts[place - 1]
            return drafts
    return drafts


def _without(draft: Draft, gone: str) -> Draft:
    """Return a step that no longer leads to one that was removed."""
    answers = tuple((label, "" if to == gone else to) for label, to in draft.answers)
    return replace(draft, goto="" if draft.goto == gone else draft.goto, answers=answers)


def _steps(drafts: list[Draft]) -> tuple[list[Step], list[str]]:
    faults, steps = [], []
    for place, each in enumerate(drafts, 1):
        deadline: int | None = None
        if each.deadline:
            if each.deadline.isdigit():
                deadline = int(each.deadline)
            else:
                faults.append(
                    _("Step %(n)s: write the time as seconds, for example 60.") % {"n": place}
                )
        kind = StepKind(each.kind) if each.kind in set(StepKind) else StepKind.DO
        steps.append(
            Step(
                key=each.key,
                text=each.text,
                help=each.help,
                deadline_s=deadline,
                kind=kind,
                answers=tuple(
                    Answer(label, to or None) for label, to in each.answers if kind == StepKind.ASK
                ),
                goto=each.goto or None,
            )
        )
    return steps, faults


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
