"""``/objekt/export.xlsx`` and ``.csv``: the register in the form that the import reads."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import visible
from tornvakt.base.audit import log as audit
from tornvakt.base.ui import formats
from tornvakt.domains.sites.models import Site
from tornvakt.domains.sites.services import exporting, sheets
from tornvakt.surfaces.office.locking import person

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires("sites.export")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Everything the viewer may see. ``?blad=`` chooses the table of a CSV file."""
    now = timezone.now()
    seen = visible(person(request), "sites.export", Site.objects.all())
    sites = list(seen.values_list("pk", flat=True))
    count = Site.objects.count()
    chosen = None if len(sites) == count else sites
    stamp = formats.date(now)
    if form == "xlsx":
        body, kind = exporting.as_excel(at=now, sites=chosen), EXCEL
        name = f"larmobjekt-{stamp}.xlsx"
    else:
        table = sheets.by_code(request.GET.get("blad", "objekt"))
        if form != "csv" or table is None:
            raise Http404
        for_machines = request.GET.get("for") == "maskin"
        body = exporting.as_csv(table=table, at=now, for_machines=for_machines, sites=chosen)
        kind, name = "text/csv; charset=utf-8", f"{table.code}-{stamp}.csv"
    audit.read("sites.exported", by=person(request), at=now, count=len(sites), purpose=form)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(body, content_type=kind, headers=headers)
