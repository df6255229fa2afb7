"""Drawings and photographs of a place."""

from django.db import models
from django.db.models import F, Q

from tornvakt.base.files.models import StoredFile
from tornvakt.domains.sites.models.register import Site


class PlanKind(models.TextChoices):
    """What it shows: a drawing (ritning), or the place as it looks (bild)."""

    PLAN = "plan"
    PHOTO = "photo"


class SitePlan(models.Model):
    """A drawing or a photograph of a place. One taken away is ended; its file stays stored."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="plans")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=PlanKind.choices, default=PlanKind.PLAN)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("added_at")),
                name="plan_ends_after_it_began",
            )
        ]
        indexes = [models.Index(fields=["site"], condition=Q(ended_at=None), name="plan_of_site")]

    def __str__(self) -> str:
        return self.title
