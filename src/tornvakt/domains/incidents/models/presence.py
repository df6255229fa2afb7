"""Which desk windows are there, what is wrong with one that is not, and who has been called.

The web writes what the windows answer; the worker's clock judges. Each writes columns of its own,
so neither waits for the other, and several web nodes share the table.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Trouble(models.TextChoices):
    """What is wrong with a desk that should be there (tyst larmbord)."""

    NONE = "", "in order"
    FROZEN = "frozen", "does not answer, or does not draw what it is sent"
    HIDDEN = "hidden", "nobody can see it"
    MUTED = "muted", "nothing can be heard from it"
    CUT_OFF = "cut_off", "gone without a good-bye"


class Sound(models.TextChoices):
    """What a window says of its sound; a silence of 60 s by key M is lawful."""

    NONE = "none", "not begun"
    ON = "on", "can be heard"
    SILENCED = "silenced", "silenced for 60 s"
    HELD = "held", "held by the browser, or the sound has stopped"
    ZERO = "zero", "volume zero"


class DeskWindow(models.Model):
    """One open window of the desk and its last sign of life (larmbordets närvaro)."""

    desk_id = models.CharField(max_length=32, unique=True)
    """Random, made by the page itself: a reload is another window."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_mark = models.CharField(max_length=16)
    """Names the session without opening it; a sign-out ends its windows."""
    opened_at = models.DateTimeField()

    # The web's columns.
    answered_at = models.DateTimeField()
    nonce = models.CharField(max_length=40, default="", blank=True)
    """The newest that was answered. That it changes is the sign of life: whoever judges measures
    by a clock of their own."""
    is_connected = models.BooleanField(default=True)
    is_visible = models.BooleanField(default=True)
    is_behind = models.BooleanField(default=False)
    """It was sent changes that it has not drawn, though it can be seen."""
    sound = models.CharField(max_length=8, choices=Sound.choices, default=Sound.NONE)
    rendered = models.CharField(max_length=40, default="", blank=True)
    """The newest event of the queue it has drawn."""
    begun_at = models.DateTimeField(null=True)
    """When the sound was begun here: from then on it is counted on."""
    left_at = models.DateTimeField(null=True)
    """It said good-bye: closed, or left for another page."""
    ended_at = models.DateTimeField(null=True)
    """Its person signed out, or ended the shift: nothing is expected of it any more."""

    # The worker's columns.
    trouble = models.CharField(max_length=8, choices=Trouble.choices, default="", blank=True)
    trouble_since = models.DateTimeField(null=True)
    known_at = models.DateTimeField(null=True)
    is_raised = models.BooleanField(default=False)
    """It is an incident too."""
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    """Who has said that they look after it."""
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["answered_at"], name="desk_window_answered"),
            models.Index(fields=["session_mark"], name="desk_window_session"),
        ]


class DeskWatch(models.Model):
    """Since when nobody is there, one row. Kept so that a restart does not begin to count anew."""

    nobody_since = models.DateTimeField(null=True)


class TreeCause(models.TextChoices):
    """Why a call tree was started."""

    NOBODY = "nobody", "no desk is there"
    SILENT = "silent", "a silent desk that nobody has looked after"
    UNTAKEN = "untaken", "an urgent incident that nobody has taken"


class CallTree(models.Model):
    """One run of the call tree (larmkedja): one at a time for each thing that happened."""

    cause = models.CharField(max_length=8, choices=TreeCause.choices)
    subject = models.CharField(max_length=80)
    """Which thing, and from the second run about it which attempt (``thing#2``): with the cause it
    names the run."""
    what = models.JSONField(default=dict)
    """What the texts need: codes, call names and instants."""
    since = models.DateTimeField()
    began_at = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=0)
    """How many steps have been taken; it goes round."""
    due_at = models.DateTimeField(null=True)
    """When the next step is due; null when it is over."""
    code_digest = models.CharField(max_length=64, unique=True)
    """Of the code in the link by which whoever was reached says so."""
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=12, default="", blank=True)
    """``desk`` and ``link``: somebody said that they look after it; ``back``: it is over."""
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause", "subject"], name="call_tree_is_run_once")
        ]
        indexes = [
            models.Index(fields=["due_at"], name="call_tree_due", condition=Q(due_at__isnull=False))
        ]


class EmergencyNote(models.Model):
    """A line that was written while the database was away, carried in (notering i nödläge)."""

    mark = models.CharField(max_length=64, unique=True)
    """The signature of the line: it is carried in once."""
    noted_at = models.DateTimeField()
    carried_at = models.DateTimeField()
    entry_id = models.BigIntegerField()
    """Of the signal in the inbox that it is about."""
    user_id = models.BigIntegerField()
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, null=True, related_name="+"
    )
    """Where it stands now; none when the signal became no incident, and then it stands here."""
    text = models.TextField(default="", blank=True)
