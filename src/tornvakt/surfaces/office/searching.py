"""``/larm/sok/``: the search among the incidents, as a page and as JSON for the desk's palette.

Every search is logged with who searched, how many rows were shown and a fingerprint of each word:
the words may be somebody's name, and the log holds no personal data. Of an operator that is asked
for stands the id; only shift leaders ask for another's work than their own. Somebody who reviews
the log and has a word can find out who searched for it: `./tornvakt audit searched`.
"""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import Role, User
from tornvakt.base.access.policy import decide
from tornvakt.base.access.signs import apart
from tornvakt.base.audit import log as audit
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import row_words, selectors
from tornvakt.domains.incidents.fingerprints import fingerprints
from tornvakt.domains.incidents.outcomes import CallKind
from tornvakt.domains.incidents.pictures import QueueRow
from tornvakt.domains.incidents.selectors import Asked, Found
from tornvakt.domains.incidents.states import Result
from tornvakt.domains.sites.models import Site
from tornvakt.pure.protocols.codes import KINDS
from tornvakt.surfaces.office.locking import person, wants_json
from tornvakt.surfaces.office.log_lines import number

FIELDS = ("q", "fran", "till", "prio", "slag", "resultat", "objekt", "operator", "lage")
PALETTE_ROWS = 20


@apart
@require_safe
@requires("incidents.search", polled=True)
def search(request: HttpRequest) -> HttpResponse:
    """What was asked for, the newest first. With ``Accept: application/json`` as data.

    ``fore`` goes on from an earlier page. A day that cannot be read, or an object that is not
    there, is told beside its field with status 422.
    """
    viewer = person(request)
    typed = {name: request.GET.get(name, "").strip()[:200] for name in FIELDS}
    missing: dict[str, str] = {}
    asked = _read(viewer, typed, missing)
    before = number(request.GET.get("fore", ""))
    is_asked = any(typed.values())
    found = Found(selectors.read_question(asked.text))
    if is_asked and not missing:
        found = selectors.search(
            viewer, asked, before=before, limit=PALETTE_ROWS if wants_json(request) else 50
        )
        audit.read(
            "incidents.searched",
            by=viewer,
            on=("search", fingerprints(found.question.words, _filters(typed))),
            at=timezone.now(),
            count=len(found.exact) + len(found.rows),
            params={} if asked.operator_id is None else {"operator": asked.operator_id},
        )
    status = 422 if missing else 200
    if wants_json(request):
        return JsonResponse(_as_data(found, missing), status=status)
    context = {
        "typed": typed,
        "missing": missing,
        "is_asked": is_asked,
        "filters_are_used": any(typed[name] for name in FIELDS[1:]),
        "exact": [_row(row) for row in found.exact],
        "rows": [_row(row) for row in found.rows],
        "older": found.older,
        "goes_on": before is not None,
        "notes": _notes(found),
        "kinds": sorted(
            ((code, kind_word(code)) for code in {*KINDS, *CallKind.values}),
            key=lambda pair: pair[1],
        ),
        "results": Result.choices,
        "priorities": [(str(level), formats.level(level)) for level in (1, 2, 3)],
        "operators": _operators(viewer),
    }
    return render(request, "office/search.html", context, status=status)


def kind_word(code: str) -> str:
    """What a kind of incident is called in the reader's language."""
    if code in KINDS:
        return KINDS[code][formats.language() == "en"]
    return str(CallKind(code).label) if code in CallKind.values else code


def _read(viewer: User, typed: dict[str, str], missing: dict[str, str]) -> Asked:
    days: dict[str, date | None] = {}
    for name in ("fran", "till"):
        days[name] = _day(typed[name])
        if typed[name] and days[name] is None:
            missing[name] = _("Write the day as 2026-12-31.")
    first, last = days["fran"], days["till"]
    if first and last and last < first:
        missing["till"] = _("The last day is before the first.")
    site = None
    if typed["objekt"]:
        site = (
            Site.objects.filter(number__iexact=typed["objekt"]).values_list("pk", flat=True).first()
        )
        if site is None:
            missing["objekt"] = _("No object has that number.")
    operator = number(typed["operator"])
    if not selectors.may_name(viewer, operator):
        missing["operator"] = _(
            "Only shift leaders search by another operator. Choose yourself, or nobody."
        )
    return Asked(
        text=typed["q"],
        since=first,
        until=last,
        priority=int(typed["prio"]) if typed["prio"] in ("1", "2", "3") else None,
        kind=typed["slag"] if typed["slag"] in {*KINDS, *CallKind.values} else "",
        result=typed["resultat"] if typed["resultat"] in Result.values else "",
        site_id=site,
        operator_id=operator,
        is_open={"oppen": True, "avslutad": False}.get(typed["lage"]),
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _operators(viewer: User) -> list[tuple[str, str]]:
    """Return those the viewer may ask for, by call name."""
    if not decide(viewer, "incidents.lead_shift"):
        return [(str(viewer.pk), viewer.call_name)]
    people = User.objects.filter(
        holdings__role__in=(Role.OPERATOR, Role.SHIFT_LEADER)
    ).values_list("pk", "call_name").distinct()  # fmt: skip
    return sorted(((str(pk), name) for pk, name in people), key=lambda pair: pair[1])


def _filters(typed: dict[str, str]) -> list[str]:
    return [name for name in FIELDS[1:] if typed[name]]


def _row(row: QueueRow) -> dict[str, Any]:
    return {
        "row": row,
        "title": row.title(formats.language()),
        "place": row_words.place_of(row),
        "ending": row_words.ending_of(row),
        "url": reverse("incident", args=[row.number]),
    }


def _as_data(found: Found, missing: dict[str, str]) -> dict[str, Any]:
    """The palette's answer. Times are RFC 3339, UTC; ``exact`` rows come first."""
    exact = {row.id for row in found.exact}
    return {
        "rows": [
            {
                "id": row.id,
                "number": row.number,
                "title": row.title(formats.language()),
                "place": row_words.place_of(row),
                "opened_at": row.opened_at.isoformat().replace("+00:00", "Z"),
                "closed_at": row.closed_at.isoformat().replace("+00:00", "Z")
                if row.closed_at
                else None,
                "priority": row.priority,
                "url": reverse("incident", args=[row.number]),
                "is_exact": row.id in exact,
            }
            for row in (*found.exact, *found.rows)
        ],
        "older": found.older,
        "notes": _notes(found),
        "missing": missing,
    }


def _notes(found: Found) -> list[str]:
    """What the reader has to know about what was not found."""
    notes = []
    if found.question.is_of_person:
        notes.append(
            _(
                "Telephone numbers and personal identity numbers cannot be searched for: the "
                "search finds incidents, not people."
            )
        )
    if found.unread_blocks:
        notes.append(
            ngettext(
                "Older incidents are still being read into the search: %(count)d part is left, "
                "and what stands in it is not found yet.",
                "Older incidents are still being read into the search: %(count)d parts are left, "
                "and what stands in them is not found yet.",
                found.unread_blocks,
            )
            % {"count": found.unread_blocks}
        )
    if found.is_behind:
        notes.append(
            _(
                "More has happened than the search has had time to read in. Search once more in a "
                "minute; if it stays so, ask the system administrator to look at the jobs."
            )
        )
    return notes
