"""Tables of the facts: what happened, what still has to be done about it, and the pulse."""

from django.db import models


class FactRow(models.Model):
    """A fact as it was announced. Never changed; older versions are read through upcasters."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    body = models.JSONField()
    at = models.DateTimeField()


class Errand(models.Model):
    """A step that is to follow a fact, outside its transaction. The row goes when it is done.

    A pending row, not a mark in the stream of facts: PostgreSQL lets ids become visible out of
    order, and a reader that remembers "the last id" would miss those of a slower transaction.
    """

    fact = models.ForeignKey(FactRow, on_delete=models.CASCADE)
    step = models.CharField(max_length=120)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    """When to try next; null when we have given up and a person has to look."""
    error = models.CharField(max_length=200, default="")


class Pulse(models.Model):
    """The one row that shows how far the receiver's heartbeat has come on its way to the desk."""

    number = models.BigIntegerField()
    received_at = models.DateTimeField()
    carried_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="pulse_is_one_row")]
