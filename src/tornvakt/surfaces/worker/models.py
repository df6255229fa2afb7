"""Jobs that come round, and what the clock has looked at: when each is due and who is at it."""

from django.db import models


class DueJob(models.Model):
    """A job of the clock. The lease keeps two nodes from doing it at the same time."""

    name = models.CharField(max_length=60, unique=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    last_result = models.CharField(max_length=200, default="")


class HoursWatch(models.Model):
    """How far the deadlines of one schedule have been looked at (övervakade öppettider).

    Moved in the transaction that raises what was missed, so that a deadline is judged once.
    """

    schedule_id = models.BigIntegerField(unique=True)
    """The row of the register; a changed schedule is another row."""
    looked_until = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)
    """The next deadline; null when there is none for more than a year."""


class TestWatch(models.Model):
    """When a transmitter's next test signal is late (väntat provlarm)."""

    __test__ = False

    transmitter_id = models.BigIntegerField(unique=True)
    hours = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(db_index=True)


class Deed(models.Model):
    """Something the clock has done once and must not do again; the key says of what."""

    name = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="deed_is_done_once")]
