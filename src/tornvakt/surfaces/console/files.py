"""Files of an incident and drawings of its place: taken in with the form, shown through the policy.

An address of a file answers the same to somebody outside the room as one that leads nowhere.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.files import serving
from tornvakt.base.files.refusals import LARGEST, FileTooLarge
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.selectors import file_of
from tornvakt.domains.incidents.selectors import incident as find
from tornvakt.domains.sites.selectors import plan_file
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import acts, desk


class NoFile(Refusal):
    """The form was sent without a file."""

    field = "file"

    def __init__(self) -> None:
        super().__init__(_("Choose a file."))


class NotKept(Refusal):
    """The file could not be kept; says why, beside the field."""

    field = "file"


@require_POST
@requires("incidents.attach")
def attach(request: HttpRequest, number: str) -> HttpResponseBase:
    """``filer/``: keep a picture, a PDF or a text on the incident."""

    def work(asked: acts.Asked) -> acts.Said:
        sent = request.FILES.get("file")
        if sent is None:
            raise NoFile
        if (sent.size or 0) > LARGEST:
            raise NotKept(str(FileTooLarge(sent.size or 0)))
        try:
            services.attach(**asked.who, data=sent.read(), name=sent.name or "")
        except Refusal as refusal:
            if type(refusal).__module__.startswith("tornvakt.base.files"):
                raise NotKept(str(refusal)) from refusal
            raise
        return acts.Said(_("The file is attached to %(number)s.") % {"number": asked.number})

    return acts.do(request, number, work, form="attach", fields=("file",))


@require_GET
@requires("incidents.view")
def attachment(request: HttpRequest, number: str, file: int) -> HttpResponse:
    """``filer/<id>/``: one file of the incident."""
    found = file_of(desk.user_of(request), number, file)
    if found is None:
        raise Http404(number)
    return serving.response(found)


@require_GET
@requires("incidents.view")
def plan(request: HttpRequest, number: str, plan: int) -> HttpResponse:
    """``ritningar/<id>/``: a drawing or a photograph of the place the incident is about."""
    view = find(desk.user_of(request), number, timezone.now())
    found = plan_file(view.site_id, plan) if view and view.site_id else None
    if found is None:
        raise Http404(number)
    return serving.response(found)
