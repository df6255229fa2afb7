"""The reserve pack (reservpärm): call lists one object a page, open incidents, blank forms.

Printed morning and night, so that a centre whose machines are all gone can go on with a telephone.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tornvakt.base import papers
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.papers.common import FOLDER, head
from tornvakt.domains.incidents.papers.live import blank_form, callee_row, live_data
from tornvakt.domains.sites import selectors as sites
from tornvakt.domains.sites.models import Keyholder, Site, SiteWarning, Transmitter

LONGEST_S = 600.0
PART = 1_500
"""So many objects a paper: the press takes 0.3 MB of memory for each, and nobody carries more."""


def parts(now: datetime) -> int:
    """Return how many papers the pack is; one of them at least."""
    return max(1, -(-Site.objects.filter(is_active=True).count() // PART))


def pack_pdf(*, printed_by: str, now: datetime, part: int = 1) -> bytes:
    """Print a part of the reserve pack in the active language; what goes on stands in the first.

    Raises as `papers.pdf`.
    """
    title, all_parts = _("Reserve pack"), parts(now)
    if all_parts > 1:
        title = _("Reserve pack, part %(n)d of %(all)d") % {"n": part, "all": all_parts}
    data = {
        **head(now, printed_by),
        **live_data(now),
        "foot": _("Holds telephone numbers. Keep it locked in."),
        "blank": blank_form(),
        "objects": objects(now, part),
        "contents": _("Open incidents, on call, blank forms, then one object a page by name."),
        "is_first": part == 1,
    }
    return papers.pdf(
        f"{FOLDER}/pack.typ",
        data,
        title=title,
        language=formats.language(),
        longest_s=LONGEST_S,
    )


def objects(now: datetime, part: int = 1) -> list[dict[str, Any]]:
    """Return the objects of a part with whom to ring about each, by name."""
    every = Site.objects.filter(is_active=True).order_by("name", "number")
    rows = list(every[(part - 1) * PART : part * PART])
    ids = [row.pk for row in rows]
    people = sites.callees_of(ids, now)
    limited = set(
        Keyholder.objects.filter(site__in=ids).exclude(hours=[]).values_list("pk", flat=True)
    )
    warned: dict[int, list[str]] = {}
    held = SiteWarning.objects.filter(since__lte=now, site__in=ids).order_by("since", "pk")
    for warning in held:
        if warning.until is None or warning.until > now:
            warned.setdefault(warning.site_id, []).append(warning.text)
    accounts: dict[int, list[str]] = {}
    for site_id, account in Transmitter.objects.order_by("account").values_list("site", "account"):
        accounts.setdefault(site_id, []).append(account)
    return [
        {
            "name": row.name,
            "number": row.number,
            "facts": [
                [term, said]
                for term, said in (
                    (_("Address"), row.address),
                    (_("District"), row.district),
                    (_("Telephone there"), row.phone),
                    (_("How to get in"), row.access_text),
                    (_("Account"), ", ".join(accounts.get(row.pk, []))),
                    (_("Warning"), "; ".join(warned.get(row.pk, []))),
                )
                if said
            ],
            "people": [
                callee_row(each, each.keyholder_id in limited) for each in people.get(row.pk, ())
            ],
            "nobody": _("Nobody is on the call list. Ring whoever is on call."),
        }
        for row in rows
    ]
