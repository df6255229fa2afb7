"""``/objekt/import/``: upload a file, look at what it would do, say yes or no.

A small file is read while the person waits; a large one by the jobs process, because reading it
would hold up the desks that are served by this one.
"""

import csv
import io
import logging
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.ui import formats
from tornvakt.domains.sites.models import ImportState, SiteImport
from tornvakt.domains.sites.services import importing, importing_preview, sheets
from tornvakt.domains.sites.services.importing_book import LARGEST_FILE, FileTooLarge
from tornvakt.domains.sites.services.importing_excel import unpacked_size
from tornvakt.domains.sites.services.importing_said import words
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office import sites_jobs
from tornvakt.surfaces.office.locking import person

log = logging.getLogger(__name__)

AT_ONCE = 2_000_000
"""Files up to so many bytes, unpacked, are read in the request itself: about a second's work."""
ROWS_AT_ONCE = 1500
FAULTS_PER_PAGE = 200
SHOWN_BEFORE = 20


@require_http_methods(["GET", "POST"])
@requires("sites.import")
def import_start(request: HttpRequest) -> HttpResponseBase:
    """Choose a file; what was imported before stands below."""
    error = ""
    if request.method == "POST":
        uploaded = request.FILES.getlist("file")
        size = sum(each.size or 0 for each in uploaded)
        try:
            if size > LARGEST_FILE:
                raise FileTooLarge
            files = [(str(each.name or "fil"), each.read()) for each in uploaded]
            run = importing.take_in(files=files, by=person(request), now=timezone.now())
        except Refusal as refusal:
            error = str(refusal)
        else:
            if sum(unpacked_size(data) for _name, data in files) <= AT_ONCE:
                importing.examine(import_id=run.pk, now=timezone.now())
            else:
                sites_jobs.examine.enqueue(run.pk, formats.language())
            return redirect("sites_import_one", run.pk)
    before = SiteImport.objects.select_related("by").order_by("-made_at")[:SHOWN_BEFORE]
    context = {
        "error": error,
        "tables": [
            {
                "code": table.code,
                "title": table.title,
                "required": ", ".join(c.heading for c in table.columns if c.is_required),
                "optional": ", ".join(c.heading for c in table.columns if not c.is_required),
            }
            for table in sheets.TABLES
        ],
        "before": [{"run": run, "word": _state_word(run)} for run in before],
    }
    return render(request, "office/sites/import.html", context, status=422 if error else 200)


@require_safe
@requires("sites.import")
def import_one(request: HttpRequest, import_id: int) -> HttpResponse:
    """One import: how far it has come, what it would do, what is wrong with it."""
    return _page(request, _find(import_id))


@require_safe
@requires("sites.import", polled=True)
def import_progress(request: HttpRequest, import_id: int) -> JsonResponse:
    """How far it has come, for the script on the page."""
    found = _find(import_id)
    how_far = importing.progress(found)
    return JsonResponse(
        {
            "is_running": _is_running(found) and not how_far.is_dead,
            "words": _progress_words(how_far),
            "percent": _percent(how_far),
        }
    )


@require_safe
@requires("sites.import")
def import_faults(request: HttpRequest, import_id: int) -> HttpResponse:
    """Every bad row as a CSV file, to have beside the one that is to be mended."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Sheet"), _("Row"), _("Column"), _("What stands there"), _("What to do")])
    for each in _find(import_id).preview.get("faults", []):
        said = words(each["sentence"])
        cells = [each["sheet"], each["line"], each["column"], each["value"], said]
        writer.writerow([sheets.escape(c) if isinstance(c, str) else c for c in cells])
    headers = {
        "Content-Disposition": f'attachment; filename="fel-import-{import_id}.csv"',
        "Cache-Control": "no-store",
    }
    body = out.getvalue().encode("utf-8-sig")
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@requires("sites.import")
def import_confirm(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Yes: carry it out, all of it or nothing."""
    found = _find(import_id)
    by = person(request)
    rows = sum(sum(counts.values()) for counts in found.tallies.values())
    try:
        if rows <= ROWS_AT_ONCE:
            importing.confirm(import_id=found.pk, by=by, now=timezone.now())
            importing.carry_out(import_id=found.pk, by=by, now=timezone.now())
        else:
            with transaction.atomic():
                importing.confirm(import_id=found.pk, by=by, now=timezone.now())
                sites_jobs.carry_out.enqueue(found.pk, by.pk, formats.language())
    except Refusal as refusal:
        return _page(request, _find(import_id), error=str(refusal))
    return redirect("sites_import_one", import_id)


@require_POST
@requires("sites.import")
def import_leave(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """No: throw the file away."""
    try:
        importing.leave(import_id=_find(import_id).pk, by=person(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, _find(import_id), error=str(refusal))
    return redirect("sites_import")


def _find(import_id: int) -> SiteImport:
    found = SiteImport.objects.select_related("by").filter(pk=import_id).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, run: SiteImport, error: str = "") -> HttpResponse:
    how_far = importing.progress(run)
    faults, remarks = run.preview.get("faults", []), run.preview.get("remarks", [])
    page = Paginator(faults, FAULTS_PER_PAGE).get_page(request.GET.get("sida"))
    tallies = [
        {"title": importing_preview.title_of(code), **counts}
        for code, counts in run.tallies.items()
    ]
    context: dict[str, Any] = {
        "run": run,
        "error": error,
        "heading": _heading(run),
        "is_running": _is_running(run),
        "is_dead": _is_running(run) and how_far.is_dead,
        "progress_words": _progress_words(how_far),
        "percent": _percent(how_far),
        "preview": run.preview,
        "tallies": tallies,
        "has_changes": any(each["new"] + each["changed"] + each["ended"] for each in tallies),
        "faults": [{**each, "sentence": words(each["sentence"])} for each in page.object_list],
        "remarks": [words(each) for each in remarks],
        "sentence": words(run.sentence),
        "page": page,
    }
    return render(request, "office/sites/import_one.html", context, status=409 if error else 200)


def _is_running(run: SiteImport) -> bool:
    return run.state in (ImportState.READING, ImportState.WRITING)


def _percent(how_far: importing.Progress) -> int:
    return 100 * how_far.done // how_far.of if how_far.of else 0


def _progress_words(how_far: importing.Progress) -> str:
    done = formats.number(how_far.done)
    if how_far.phase == "writing":
        of = formats.number(how_far.of)
        return _("Writing: %(done)s of %(of)s rows.") % {"done": done, "of": of}
    if how_far.phase == "preparing":
        return _("Making %(of)s rows ready.") % {"of": formats.number(how_far.of)}
    if how_far.phase == "judging":
        return _("Comparing %(done)s rows with the register.") % {"done": done}
    return _("Reading the file: %(done)s rows.") % {"done": done}


def _heading(run: SiteImport) -> str:
    if run.state == ImportState.JUDGED and not run.fault_count:
        return _("Look through this before it is imported")
    words = {
        ImportState.READING: _("The file is being read"),
        ImportState.JUDGED: _("The file has rows that are wrong"),
        ImportState.REFUSED: _("The file could not be read"),
        ImportState.WRITING: _("The import is running"),
        ImportState.DONE: _("Imported"),
        ImportState.LEFT: _("Thrown away"),
    }
    return words[ImportState(run.state)]


def _state_word(run: SiteImport) -> str:
    words = {
        ImportState.READING: _("is being read"),
        ImportState.JUDGED: _("waits for your yes"),
        ImportState.REFUSED: _("could not be read"),
        ImportState.WRITING: _("is running"),
        ImportState.DONE: _("imported"),
        ImportState.LEFT: _("thrown away"),
    }
    if run.state == ImportState.JUDGED and run.fault_count:
        return _("has faults")
    return words[ImportState(run.state)]
