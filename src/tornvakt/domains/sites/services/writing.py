"""What every verb of this room does at its end: the log and the fact, in the same transaction."""

from collections.abc import Mapping
from datetime import datetime

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.sites.facts import SiteChanged
from tornvakt.domains.sites.models import Site


def tell(
    action: str,
    site: Site,
    *,
    part: str,
    by: User | None,
    at: datetime,
    params: Mapping[str, int | str | bool] | None = None,
) -> None:
    """Log what was done to a place and announce that it is another. Ids and codes only."""
    audit.wrote(f"sites.{action}", by=by, on=("site", site.number), at=at, params=params)
    publish(SiteChanged(at=at, site_id=site.pk, part=part))
