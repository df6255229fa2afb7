"""Who answers for a place, and its keys."""

from django.db import models
from django.db.models import F, Q

from tornvakt.domains.sites.models.register import Site


class Keyholder(models.Model):
    """Somebody we may ring about a place (nyckelhavare), in the order to ring them.

    A person taken off the list is ended, not deleted: attempts to reach them refer here.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="keyholders")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=80, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    phone2 = models.CharField(max_length=40, default="", blank=True)
    hours = models.JSONField(default=list, blank=True)
    """Seven lists, Monday first, of ["HH:MM", "HH:MM"] by the clock on the wall; []: always."""
    may_cancel = models.BooleanField(default=False)
    """May call off an alarm by the code word."""
    code_word_sealed = models.BinaryField(null=True)
    """Enciphered; see ``code_words.py``."""
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("added_at")),
                name="keyholder_ends_after_it_began",
            )
        ]
        indexes = [
            models.Index(
                fields=["site", "order"], condition=Q(ended_at=None), name="keyholder_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.role or self.name


class SiteKey(models.Model):
    """A key to a place that we keep (nyckel), by the number on its tag."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="keys")
    number = models.CharField(max_length=40)
    kept = models.CharField(max_length=120, default="", blank=True)
    """Where it hangs (förvaring)."""
    note = models.CharField(max_length=300, default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    """When it was given back or destroyed; None while we keep it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(ended_at=None), name="key_number_is_unique"
            )
        ]

    def __str__(self) -> str:
        return self.number


class KeyLoan(models.Model):
    """Who had a key, from when until when (utlåning)."""

    key = models.ForeignKey(SiteKey, on_delete=models.PROTECT, related_name="loans")
    borrower = models.CharField(max_length=120)
    lent_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(returned_at=None), name="key_is_lent_to_one"
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None) | Q(returned_at__gte=F("lent_at")),
                name="loan_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return self.borrower
