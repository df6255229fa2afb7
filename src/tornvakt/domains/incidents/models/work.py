"""What the operator does on an incident: steps of the action card, calls made, handing over."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tornvakt.base.files.models import StoredFile
from tornvakt.domains.incidents.models.duty import DutyTurn
from tornvakt.domains.incidents.models.incident import Incident
from tornvakt.domains.incidents.outcomes import Outcome, Receiver
from tornvakt.domains.sites.models import Keyholder


class StepMark(models.Model):
    """A step of the instruction that was done or skipped, by whom and when (avbockat steg).

    A step ticked by mistake is taken back: the row stays, and another may follow it.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="step_marks")
    key = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    """The step's words as they stood on the card."""
    is_skipped = models.BooleanField(default=False)
    answer = models.CharField(max_length=200, default="", blank=True)
    reason = models.CharField(max_length=500, default="", blank=True)
    """Why it was skipped; shown to the shift leader."""
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    """When a shift leader had seen that it was skipped."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "key"],
                condition=Q(undone_at=None),
                name="step_is_marked_once",
            ),
            models.CheckConstraint(
                condition=Q(is_skipped=False) | ~Q(reason=""), name="step_is_skipped_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-at"],
                condition=Q(is_skipped=True, undone_at=None),
                name="step_skipped_newest",
            )
        ]


class CallAttempt(models.Model):
    """One try to reach somebody on the call list (uppringning), and how it went."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="attempts")
    keyholder = models.ForeignKey(Keyholder, on_delete=models.PROTECT, null=True, related_name="+")
    """Whom of the site's call list; the name is kept beside it as it was then."""
    duty_turn = models.ForeignKey(DutyTurn, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, default="", blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    note = models.CharField(max_length=500, default="", blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["incident", "at"], name="attempt_of_incident")]


class HandOver(models.Model):
    """The incident was handed to somebody outside the house, 112 first of all (överlämnad)."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="hand_overs")
    to = models.CharField(max_length=10, choices=Receiver.choices)
    answered_by = models.CharField(max_length=120, default="", blank=True)
    """Who answered there, as they named themselves: a service, a role, a signature."""
    case_number = models.CharField(max_length=60, default="", blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["incident", "at"], name="hand_over_of_incident")]


class IncidentFile(models.Model):
    """A file somebody put on an incident (bilaga): a picture, a document."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="files")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["incident", "at"], name="file_of_incident")]
