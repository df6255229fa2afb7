"""Jobs that come round: when each is due and who is at it."""

from django.db import models


class DueJob(models.Model):
    """A job of the clock. The lease keeps two nodes from doing it at the same time."""

    name = models.CharField(max_length=60, unique=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    last_result = models.CharField(max_length=200, default="")
