"""What stands beside the work on an incident: keys, drawings, files, who rang, what was before."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.cards import HistoryRow
from tornvakt.domains.incidents.pictures import IncidentView
from tornvakt.domains.sites.selectors import KeyView
from tornvakt.surfaces.console import rows


def screen(view: IncidentView) -> dict[str, Any]:
    """Everything the templates need of it, in the active language."""
    return {
        "keys": [_key(each) for each in view.keys],
        "plans": _plans(view),
        "files": _files(view),
        "handed": _handed(view),
        "calls": _calls(view),
        "before": [_before(each) for each in view.history],
    }


def _key(key: KeyView) -> dict[str, Any]:
    loan = _("with %(who)s") % {"who": key.lent_to} if key.lent_to else ""
    return {"number": key.number, "kept": key.kept, "note": key.note, "loan": loan}


def _plans(view: IncidentView) -> list[dict[str, Any]]:
    return [
        {
            "name": plan.title,
            "url": reverse("plan", args=[view.row.number, plan.id]),
            "is_picture": plan.kind == "photo",
        }
        for plan in view.plans
    ]


def _files(view: IncidentView) -> list[dict[str, Any]]:
    return [
        {
            "name": file.name,
            "url": reverse("attachment", args=[view.row.number, file.id]),
            "size": size(file.size),
            "by": file.by_call_name,
            "at": file.at,
            "is_picture": file.kind.startswith("image/"),
        }
        for file in view.files
    ]


def size(octets: int) -> str:
    """``12 kB`` or ``3,4 MB``: how large a file is, for people."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))}\u00a0kB"
    text = f"{octets / 1_000_000:.1f}"
    return f"{text.replace('.', ',') if formats.language() == 'sv' else text}\u00a0MB"


def _handed(view: IncidentView) -> list[dict[str, Any]]:
    return [
        {
            "to": each.to_label,
            "at": each.at,
            "small": " · ".join(
                part for part in (each.answered_by, each.case_number, each.by_call_name) if part
            ),
        }
        for each in view.hand_overs
    ]


def _calls(view: IncidentView) -> list[dict[str, Any]]:
    return [
        {
            "at": each.at,
            "what": each.kind_label,
            "route": each.route_label,
            "text": each.text,
            "phone": each.phone,
            "by": each.by_call_name,
        }
        for each in view.calls
    ]


def _before(each: HistoryRow) -> dict[str, Any]:
    where = _("%(m)d m away") % {"m": each.distance_m} if each.distance_m is not None else ""
    result = " · ".join(part for part in (each.result_label, each.cause_label) if part)
    return {
        "at": each.opened_at,
        "title": each.title(formats.language()),
        "place": f"{each.place}, {where}" if where else "",
        "url": rows.url_of(each.number),
        "result": result or _("open"),
    }
