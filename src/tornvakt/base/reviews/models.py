"""Tables of log control. Rows can be added, never changed or removed, by trigger."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What the reviewer found (utfall)."""

    IN_ORDER = "in_order", _("In order")
    ASKED = "asked", _("Asked about")
    BREACH = "breach", _("Not in order")


class Sample(models.Model):
    """A random sample of one room's log (stickprov): from ``since`` up to, not with, ``until``."""

    room = models.CharField(max_length=8)
    since = models.DateTimeField()
    until = models.DateTimeField()
    drawn_at = models.DateTimeField()
    drawn_by = models.BigIntegerField()
    """Id of the user, as in the audit log."""
    among = models.PositiveIntegerField()
    """So many entries it was drawn from."""


class Drawn(models.Model):
    """An entry of a sample. No foreign key to the log: that outlives every table."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="drawn")
    entry_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "entry_id"], name="entry_is_drawn_once")
        ]


class Judgement(models.Model):
    """What somebody found about a drawn entry. A later one counts before an earlier."""

    drawn = models.ForeignKey(Drawn, on_delete=models.PROTECT, related_name="judgements")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    note = models.CharField(max_length=200)
    """What was asked, of whom, and what came of it. Empty when all is in order."""
    at = models.DateTimeField()
    by = models.BigIntegerField()
    """Id of the user, as in the audit log."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="in_order") | ~models.Q(note=""),
                name="judgement_says_what_was_done",
            )
        ]
