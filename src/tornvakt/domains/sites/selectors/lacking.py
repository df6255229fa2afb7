"""Places that lack something an operator would need: work items (att göra), never an error page."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from tornvakt.base.access.policy import Subject, visible
from tornvakt.domains.sites.models import Instruction, Keyholder, Site, Transmitter, in_force
from tornvakt.domains.sites.selectors.views import Lacking

LACKS = ("transmitter", "instruction", "keyholder", "phone", "point")
"""What may be lacking, in the order it is told."""


def lacking(viewer: Subject, at: datetime) -> tuple[Lacking, ...]:
    """Return the places the viewer may see that lack something at ``at``, by number; one query.

    ``transmitter``: no alarm can come. ``instruction``: none of its own, the defaults serve.
    ``keyholder``: nobody to ring.
    ``phone``: no number at all, neither its own nor a keyholder's. ``point``: not on the map.
    """
    sites = with_lacks(visible(viewer, "sites.view", Site.objects.filter(is_active=True)), at)
    wanting = sites.filter(lacking_any()).order_by("number")
    return tuple(
        Lacking(
            site_id=site.pk,
            number=site.number,
            name=site.name,
            lacks=lacks_of(site),
        )
        for site in wanting
    )


def with_lacks(sites: "QuerySet[Site]", at: datetime) -> "QuerySet[Site]":
    """Return the same places, each with what it lacks as ``lacks_transmitter`` and so on."""
    own = Instruction.objects.filter(in_force(at), site=OuterRef("pk"))
    holders = Keyholder.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at), site=OuterRef("pk"), added_at__lte=at
    )
    reachable = holders.exclude(phone="", phone2="")
    return sites.annotate(
        lacks_transmitter=~Exists(Transmitter.objects.filter(site=OuterRef("pk"))),
        lacks_instruction=~Exists(own),
        lacks_keyholder=~Exists(holders),
        lacks_phone=Q(phone="") & ~Exists(reachable),
        lacks_point=Q(latitude=None),
    )


def lacking_any(*what: str) -> Q:
    """Return the condition that a place of `with_lacks` lacks any of these; of all, without."""
    found = Q()
    for each in what or LACKS:
        found |= Q(**{f"lacks_{each}": True})
    return found


def lacks_of(site: Site) -> tuple[str, ...]:
    """Return what a place of `with_lacks` lacks."""
    return tuple(each for each in LACKS if getattr(site, f"lacks_{each}"))
