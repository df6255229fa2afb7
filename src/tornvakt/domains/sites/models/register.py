"""Customers and their premises."""

from django.db import models
from django.db.models import Q


class Customer(models.Model):
    """Whose premises we watch (kund): a municipality, a housing company."""

    name = models.CharField(max_length=120, unique=True)
    is_fictional = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class SiteSeries(models.Model):
    """The last number given out by the house itself; one row."""

    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="site_series_is_one_row")]


class Site(models.Model):
    """A protected place (larmobjekt), with its point in WGS 84 degrees."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="sites")
    number = models.CharField(max_length=16, unique=True)
    """What people and files call it, e.g. OBJ-0001; given once, never changed."""
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, default="", blank=True)
    """Code of ``kinds.py``; empty when nobody has said."""
    address = models.CharField(max_length=200, default="", blank=True)
    district = models.CharField(max_length=80, default="", blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    accuracy_m = models.PositiveIntegerField(null=True, blank=True)
    """How far off the point may be (osäkerhet), metres; empty when nobody has said."""
    phone = models.CharField(max_length=40, default="", blank=True)
    """The place's own telephone, where whoever is there answers."""
    access_text = models.TextField(default="", blank=True)
    """How one gets in (tillträde): which door, where the panel sits."""
    notes = models.TextField(default="", blank=True)
    is_active = models.BooleanField(default=True)
    """False for a place we no longer watch; its history stays."""
    is_fictional = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="site_name_is_unique"),
            models.CheckConstraint(condition=~Q(number=""), name="site_has_a_number"),
            models.CheckConstraint(
                # Spelled out: a comparison with NULL is neither true nor false, and would pass.
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="site_point_is_on_earth",
            ),
        ]
        indexes = [models.Index(fields=["kind", "district"], name="site_by_kind")]

    def __str__(self) -> str:
        return self.name


class SiteWarning(models.Model):
    """What whoever goes there must know (varning): a dog, a chlorine store, a locked gate."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="warnings")
    text = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="warning_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return self.text
