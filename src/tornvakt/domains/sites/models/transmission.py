"""What sends from a place. The transmitter's key is not here: the receiver owns it."""

from django.db import models
from django.db.models import Q

from tornvakt.domains.sites.models.register import Site
from tornvakt.domains.sites.models.temporal import ALWAYS, Temporal, interval_check, once


class Transmitter(models.Model):
    """The device that sends (larmsändare), known by its account (kontonummer)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="transmitters")
    account = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120, default="", blank=True)
    model = models.CharField(max_length=120, default="", blank=True)
    expected_test_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    """A test signal is due at least this often; None: none is expected."""
    placed_at = models.DateTimeField(default=ALWAYS)
    """Since when it stands at its site, UTC; where it stood before is in `TransmitterStay`."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_test_hours=None) | Q(expected_test_hours__gte=1),
                name="transmitter_test_interval_is_positive",
            )
        ]

    def __str__(self) -> str:
        return self.account


class TransmitterStay(Temporal):
    """Where a transmitter stood before it was moved, and from when until when.

    Where it stands now is the transmitter's own site, so that nothing is said twice.
    """

    transmitter = models.ForeignKey(Transmitter, on_delete=models.PROTECT, related_name="stays")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            interval_check("stay_ends_after_it_began"),
            models.CheckConstraint(condition=Q(valid_to__isnull=False), name="stay_is_over"),
        ]
        indexes = [models.Index(fields=["transmitter", "valid_from"], name="stay_by_time")]

    def __str__(self) -> str:
        return str(self.transmitter)


class PathKind(models.TextChoices):
    """How a transmitter reaches us (överföringsväg)."""

    WIRED = "wired"
    MOBILE = "mobile"
    RADIO = "radio"
    OTHER = "other"


class TransmitterPath(models.Model):
    """One way from a transmitter to us (överföringsväg)."""

    transmitter = models.ForeignKey(Transmitter, on_delete=models.CASCADE, related_name="paths")
    kind = models.CharField(max_length=10, choices=PathKind.choices)
    note = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transmitter", "kind"], name="path_kind_is_unique")
        ]

    def __str__(self) -> str:
        return self.kind


class Area(Temporal):
    """A part of an installation that is armed by itself (område, sektion), by its number."""

    transmitter = models.ForeignKey(Transmitter, on_delete=models.PROTECT, related_name="areas")
    number = models.CharField(max_length=16)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            once("area_number_is_unique", "transmitter", "number"),
            interval_check("area_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return self.name


class Zone(Temporal):
    """One detector or group of detectors of a transmitter (zon), by the number it sends."""

    transmitter = models.ForeignKey(Transmitter, on_delete=models.PROTECT, related_name="zones")
    number = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    area = models.CharField(max_length=16, default="", blank=True)
    """Number of its area; empty when the installation has only one."""
    kind = models.CharField(max_length=20, default="", blank=True)
    """Kind of alarm by the code tables, when the register knows better than the signal."""

    class Meta:
        constraints = [
            once("zone_number_is_unique_now", "transmitter", "number"),
            interval_check("zone_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["transmitter", "valid_from"], name="zone_by_time")]

    def __str__(self) -> str:
        return self.name
