"""What the rules and the operator go by at a place. Temporal, every table."""

from django.db import models
from django.db.models import Q

from tornvakt.domains.sites.models.register import Site
from tornvakt.domains.sites.models.temporal import Temporal, interval_check, once


class OpeningSchedule(Temporal):
    """When a place, or one area of it, is open (öppettider), by the clock on the wall.

    The columns are ``pure/schedules.py`` as JSON.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="schedules")
    area = models.CharField(max_length=16, default="", blank=True)
    """Number of the area it holds for; empty: the whole place."""
    days = models.JSONField()
    """Seven lists, Monday first, of windows ["HH:MM", "HH:MM"]; an empty day is closed."""
    on_holiday = models.CharField(
        max_length=8,
        choices=[("same", "same"), ("closed", "closed"), ("hours", "hours")],
        default="closed",
    )
    holiday_hours = models.JSONField(default=list, blank=True)
    """Hours of a Swedish holiday, when ``on_holiday`` is "hours"."""
    with_eves = models.BooleanField(default=True)
    """Whether midsommar-, jul- and nyårsafton count as holidays."""
    exceptions = models.JSONField(default=dict, blank=True)
    """Hours of single days, by ISO date; [] is closed."""
    early_min = models.PositiveSmallIntegerField(default=15)
    """So many minutes before its time an opening or a closing still is on time."""
    late_min = models.PositiveSmallIntegerField(default=15)
    """So many minutes after."""

    class Meta:
        constraints = [
            once("schedule_is_one", "site", "area"),
            interval_check("schedule_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["site", "valid_from"], name="schedule_by_time")]

    def __str__(self) -> str:
        return self.area or "*"


class Instruction(Temporal):
    """What an operator does at an alarm of one kind (åtgärdskort), in versions.

    Without a site it is the default of its kind. ``steps`` is what ``pure/instructions.py`` reads.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="instructions")
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    steps = models.JSONField()

    class Meta:
        constraints = [
            once("instruction_is_one", "site", "kind", condition=Q(site__isnull=False)),
            once("default_instruction_is_one", "kind", condition=Q(site__isnull=True)),
            models.UniqueConstraint(
                fields=["site", "kind", "version"],
                condition=Q(site__isnull=False),
                name="instruction_version_is_unique",
            ),
            models.UniqueConstraint(
                fields=["kind", "version"],
                condition=Q(site__isnull=True),
                name="default_instruction_version_is_unique",
            ),
            interval_check("instruction_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["site", "kind", "valid_from"], name="instruction_by_time")]

    def __str__(self) -> str:
        return self.title


class SiteSetting(Temporal):
    """A rule's figure that is another at this place, e.g. ``cancel_within_s`` (egen inställning).

    The names are those of the rules in ``pure/triage``; the value is whatever JSON the rule takes.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="settings")
    name = models.CharField(max_length=40)
    value = models.JSONField()

    class Meta:
        constraints = [
            once("site_setting_is_one", "site", "name"),
            interval_check("site_setting_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return self.name
