"""Test mode (provläge): signals are kept and shown as a test, for a time that must end."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tornvakt.domains.sites.models.register import Site

LONGEST_TEST = timedelta(hours=8)
"""A test mode ends by itself after at most this long."""


class TestScope(models.TextChoices):
    """How much of a place is on test."""

    __test__ = False

    WHOLE = "whole"
    TRANSMITTER = "transmitter"
    AREA = "area"
    ZONE = "zone"


class TestMode(models.Model):
    """A place, or a part of it, on test. Ended ones stay: yesterday's are read for the replay."""

    __test__ = False

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="tests")
    scope = models.CharField(max_length=12, choices=TestScope.choices, default=TestScope.WHOLE)
    account = models.CharField(max_length=32, default="", blank=True)
    """The transmitter, for every scope but the whole place."""
    scope_id = models.CharField(max_length=32, default="", blank=True)
    """Number of the area or zone; the account once more for a transmitter; empty for the whole."""
    covers_life = models.BooleanField(default=False)
    """Fire, gas, hold-up and medical alarms too. Asked about twice before it is set."""
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it really ended: by a person, or by the clock at ``ends_at``."""
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=200)
    link_digest = models.CharField(max_length=64, default="", blank=True)
    """SHA-256 of the technician's link; empty when none was made."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST_TEST),
                name="test_mode_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("starts_at")),
                name="test_mode_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(scope="whole", scope_id="", account="")
                | (~Q(scope="whole") & ~Q(scope_id="") & ~Q(account="")),
                name="test_mode_says_of_what",
            ),
            models.UniqueConstraint(
                fields=["link_digest"], condition=~Q(link_digest=""), name="test_link_is_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(ended_at=None), name="test_mode_running"),
            models.Index(fields=["site", "starts_at"], name="test_mode_by_time"),
        ]

    def __str__(self) -> str:
        return self.scope
