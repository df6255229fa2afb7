"""The table of preferences."""

from django.conf import settings
from django.db import models


class Preference(models.Model):
    """One choice of one person (eget val), by its name."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "name"], name="one_preference_a_name")]
