"""The table of preferences."""

from django.db import models


class Preference(models.Model):
    """One choice of one person (eget val), by its name."""

    by = models.BigIntegerField()
    """Id of the user: what stands beside the accounts in the base holds no key into them."""
    name = models.CharField(max_length=40)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "name"], name="one_preference_a_name")]
