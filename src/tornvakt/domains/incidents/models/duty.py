"""Who is on call, and which operators' desks are there."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

TIB = "tib"
"""The code of the duty that must never be without somebody: tjänsteman i beredskap (TiB)."""


class DutyRole(models.Model):
    """A duty somebody always has (jourroll), e.g. tjänsteman i beredskap (TiB)."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    """In Swedish, as the municipality calls it."""
    order = models.PositiveSmallIntegerField(default=100)
    """The lowest is rung first when a call list has come to its end."""
    phone = models.CharField(max_length=40, default="", blank=True)
    """The duty's own number, which follows whoever has it; empty when there is none."""

    def __str__(self) -> str:
        return self.name


class DutyTurn(models.Model):
    """One person's turn to have a duty (jourpass): from inclusive, until exclusive, UTC."""

    role = models.ForeignKey(DutyRole, on_delete=models.PROTECT, related_name="turns")
    person = models.CharField(max_length=80)
    """What colleagues call them."""
    phone = models.CharField(max_length=40, default="", blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="duty_turn_ends_after_it_starts"
            )
        ]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="duty_turn_now")]


class DeskSeen(models.Model):
    """When an operator's desk was last there: one row a person."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    seen_at = models.DateTimeField()
