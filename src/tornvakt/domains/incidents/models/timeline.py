"""The timeline: one line for each thing that happened, never changed."""

from django.conf import settings
from django.db import models

from tornvakt.domains.incidents.models.incident import Incident


class EntryKind(models.TextChoices):
    """What an entry on the timeline says; `sentences.py` puts it in words."""

    OPENED = "opened"
    ALARM = "alarm"
    REPEATED = "repeated"
    RESTORED = "restored"
    RAISED = "raised"
    LOWERED = "lowered"
    RULE = "rule"
    """What a rule of triage found and did; the words stand beside the rules."""
    CALL = "call"
    TAKEN = "taken"
    TAKEN_OVER = "taken_over"
    GIVEN_BACK = "given_back"
    RELEASED = "released"
    """Back in the queue without anybody's doing: the desk was gone, or the role taken away."""
    ESCALATED = "escalated"
    EDITED = "edited"
    NOTE = "note"
    STEP_DONE = "step_done"
    STEP_SKIPPED = "step_skipped"
    STEP_UNDONE = "step_undone"
    ATTEMPT = "attempt"
    HANDED_OVER = "handed_over"
    FILE = "file"
    DISPATCHED = "dispatched"
    RECALLED = "recalled"
    ON_SCENE = "on_scene"
    WAITING = "waiting"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    MERGED = "merged"
    UNMERGED = "unmerged"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
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
