"""Forms that were sent, so that the same one sent twice is done once."""

from django.conf import settings
from django.db import models


class SentForm(models.Model):
    """A form somebody sent: the mark it carried together with what it said, as a digest.

    Kept for two days; what was written stands elsewhere, here is nothing to read.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    """SHA-256 of the form's mark and its fields."""
    number = models.CharField(max_length=16, default="", blank=True)
    """The number of the incident it made, if it made one."""
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "digest"], name="form_is_sent_once")]
        indexes = [models.Index(fields=["by", "at"], name="form_sent_by_at")]
