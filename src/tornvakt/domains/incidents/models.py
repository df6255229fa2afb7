"""Tables of the incidents."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.incidents.states import OVER, Cause, Result, State
from tornvakt.domains.sites.models import Site


class NumberSeries(models.Model):
    """The last number given out in a year, so that people can say 2026-000123."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Incident(models.Model):
    """What the operator works on (händelse)."""

    number = models.CharField(max_length=16, unique=True)
    priority = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="incidents")
    place = models.CharField(max_length=200, default="")
    account = models.CharField(max_length=32, default="")
    """The transmitter's account; what there is to show when nobody knows the place."""
    title_sv = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    group = models.CharField(max_length=40, default="")
    """Name of the group it collects, e.g. unknown accounts; empty for a single one."""
    is_test = models.BooleanField(default=False)

    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    version = models.PositiveIntegerField(default=1)
    """Raised by every change; a writer names the version it saw."""
    opened_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=20, choices=Result.choices, default="", blank=True)
    cause = models.CharField(max_length=20, choices=Cause.choices, default="", blank=True)
    summary = models.TextField(default="", blank=True)

    alarm_count = models.PositiveIntegerField(default=0)
    signal_count = models.PositiveIntegerField(default=0)
    last_signal_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)
    """When the last of its alarms went back to normal; null while one stands."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(priority__in=[1, 2, 3]), name="incident_priority"),
            models.CheckConstraint(
                condition=~Q(state=State.NEW) | Q(taken_by=None), name="incident_new_has_no_owner"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.IN_PROGRESS) | Q(taken_by__isnull=False),
                name="incident_in_progress_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="incident_is_taken_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER) ^ Q(closed_at=None), name="incident_is_over_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | (Q(closed_by__isnull=False) & ~Q(result="")),
                name="incident_is_closed_by_somebody_with_a_result",
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(closed_at=None) & ~Q(group=""),
                name="incident_group_is_open_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "opened_at"],
                condition=Q(closed_at=None),
                name="incident_queue",
            ),
            models.Index(fields=["-closed_at"], name="incident_closed_newest"),
        ]

    def __str__(self) -> str:
        return self.number


class IncidentAlarm(models.Model):
    """An alarm belongs to one incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="links")
    alarm = models.OneToOneField(Alarm, on_delete=models.PROTECT, related_name="link")


class EntryKind(models.TextChoices):
    """What an entry on the timeline says; `sentences.py` puts it in words."""

    OPENED = "opened"
    ALARM = "alarm"
    REPEATED = "repeated"
    RESTORED = "restored"
    RAISED = "raised"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    NOTE = "note"
    CLOSED = "closed"


class LogEntry(models.Model):
    """One line on an incident's timeline (tidslinje). Append-only, by a trigger in the database.

    ``params`` holds what the sentence needs; ``text`` only what a person wrote.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    text = models.TextField(default="", blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["incident", "at", "id"], name="entry_timeline")]
