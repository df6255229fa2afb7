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


def pack_pdf(*, printed_by: str, now: datetime) -> bytes:
    """Print the reserve pack in the active language. Raises as `papers.pdf`."""
    data = {
        **head(now, printed_by),
        **live_data(now),
        "foot": _("Holds telephone numbers. Keep it locked in."),
        "blank": blank_form(),
        "objects": objects(now),
        "contents": _("Open incidents, on call, blank forms, then one object a page by name."),
    }
    return papers.pdf(
        f"{FOLDER}/pack.typ",
        data,
        title=_("Reserve pack"),
        language=formats.language(),
        longest_s=LONGEST_S,
    )


def objects(now: datetime) -> list[dict[str, Any]]:
    """Return every object we watch with whom to ring about it, by name."""
    rows = list(Site.objects.filter(is_active=True).order_by("name", "number"))
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
