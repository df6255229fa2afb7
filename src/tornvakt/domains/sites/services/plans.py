"""Drawings and photographs of a place: kept sealed, shown only through the policy."""

from datetime import datetime
from pathlib import PurePath

from django.db import transaction

from tornvakt.base.access.models import User
from tornvakt.base.files import services as files
from tornvakt.domains.sites.models import PlanKind, Site, SitePlan
from tornvakt.domains.sites.services.writing import tell

LONGEST_TITLE = 120


def add_plan(
    *, site_id: int, data: bytes, name: str, by: User | None, at: datetime, title: str = ""
) -> SitePlan:
    """Keep a drawing or a photograph of a place; the title is the file's name unless given.

    Raises the refusals of `base/files` when the file is empty, too large or of no kind we keep.
    """
    content = files.take_in(data)  # seconds, for a large picture: before anybody is held up
    with transaction.atomic():
        site = Site.objects.get(pk=site_id)
        file = files.keep(content, name=name, by=by, now=at)
        plan = SitePlan.objects.create(
            site=site,
            title=(title.strip() or PurePath(file.name).stem)[:LONGEST_TITLE],
            kind=PlanKind.PHOTO if file.is_picture else PlanKind.PLAN,
            file=file,
            added_at=at,
        )
        params = {"plan": plan.pk, "file": file.pk}
        tell("add_plan", site, part="plan", by=by, at=at, params=params)
    return plan


@transaction.atomic
def end_plan(*, plan_id: int, by: User | None, at: datetime) -> None:
    """Take a drawing or a photograph away. One that is away already is left alone."""
    plan = SitePlan.objects.select_for_update(of=("self",)).get(pk=plan_id)
    if plan.ended_at is None:
        plan.ended_at = max(at, plan.added_at)
        plan.save(update_fields=["ended_at"])
        tell("end_plan", plan.site, part="plan", by=by, at=at, params={"plan": plan.pk})
