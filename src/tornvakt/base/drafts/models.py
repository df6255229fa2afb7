"""The table of drafts."""

from django.db import models


class Draft(models.Model):
    """A text on its way (utkast): whose it is, in which field of what, and when it was typed.

    Nobody but who typed it reads it. It goes when the form is sent, or after a week.
    """

    by = models.BigIntegerField()
    """Id of the user: what stands beside the accounts in the base holds no key into them."""
    place = models.CharField(max_length=160)
    """Which field: the page's own name of it, such as ``2026-000123:note``."""
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "place"], name="one_draft_a_field")]
        indexes = [models.Index(fields=["at"], name="draft_oldest")]
