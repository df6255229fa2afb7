"""The incident, its number, and which alarms belong to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.incidents.states import OVER, Cause, Origin, Result, State
from tornvakt.domains.sites.models import Instruction, Site


class NumberSeries(models.Model):
    """The last number given out in a year, so that people can say 2026-000123."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Incident(models.Model):
    """What the operator works on (händelse). Every instant is UTC; one that is null is unknown."""

    number = models.CharField(max_length=16, unique=True)
    priority = models.PositiveSmallIntegerField()
    priority_set_at = models.DateTimeField(null=True)
    """When a person last chose the priority: rules may raise it then, and never lower it."""
    kind = models.CharField(max_length=20)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.ALARM)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="incidents")
    place = models.CharField(max_length=200, default="")
    account = models.CharField(max_length=32, default="")
    """The transmitter's account; what there is to show when nobody knows the place."""
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    """The point (WGS 84, degrees) of what a person reported; an alarm has its site's point."""
    title_sv = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    group = models.CharField(max_length=40, default="")
    """Name of the group it collects, e.g. unknown accounts; empty for a single one."""
    is_test = models.BooleanField(default=False)
    instruction = models.ForeignKey(
        Instruction, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """The version that was in force when it opened; a later one does not change its steps."""

    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    version = models.PositiveIntegerField(default=1)
    """Raised by every change; a writer names the version it saw."""
    opened_at = models.DateTimeField()
    """When the alarm was received or the telephone answered: where the clocks start."""
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True)
    """When the present owner took it; empty when nobody has it."""
    first_taken_at = models.DateTimeField(null=True)
    """When somebody first took it. Stays when it is given back: the wait was over then."""
    escalated_at = models.DateTimeField(null=True)
    """When it was told on because nobody took it: once."""
    dispatched_at = models.DateTimeField(null=True)
    on_scene_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    waiting_for = models.CharField(max_length=500, default="", blank=True)
    wakes_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=20, choices=Result.choices, default="", blank=True)
    cause = models.CharField(max_length=20, choices=Cause.choices, default="", blank=True)
    summary = models.TextField(default="", blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged"
    )
    reopens = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="reopened_as"
    )
    """The closed incident this one goes on with. Closed is closed."""

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
            models.CheckConstraint(
                condition=Q(state=State.WAITING, wakes_at__isnull=False) & ~Q(waiting_for="")
                | ~Q(state=State.WAITING) & Q(wakes_at=None, waiting_for=""),
                name="incident_waits_for_something_until",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | ~Q(state=State.MERGED) & Q(merged_into=None),
                name="incident_is_merged_into_one",
            ),
            models.UniqueConstraint(
                fields=["reopens"],
                condition=Q(closed_at=None, reopens__isnull=False),
                name="incident_is_gone_on_with_once",
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
            models.Index(fields=["opened_at"], name="incident_opened"),
            models.Index(fields=["site", "-opened_at"], name="incident_of_site_newest"),
            models.Index(
                fields=["latitude", "longitude"],
                condition=Q(latitude__isnull=False),
                name="incident_by_own_point",
            ),
            models.Index(
                fields=["wakes_at"], condition=Q(state=State.WAITING), name="incident_wakes"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class IncidentAlarm(models.Model):
    """An alarm belongs to one incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="links")
    alarm = models.OneToOneField(Alarm, on_delete=models.PROTECT, related_name="link")
