"""The index of the search (sökindex): which words stand in which incidents, and what waits for it.

Made from the other tables and never read as truth: a row that the index proposes is read and
judged again before anybody sees it. How and why: `docs/decisions/a-search-for-incidents.md`.
"""

from django.db import models

BLOCK_BITS = 16
"""Incidents of one block of the index: 65,536, by their id."""


class SearchDue(models.Model):
    """An incident that has to be read into the index (anew). Written by triggers, nothing else.

    As many rows as there were changes: whoever reads one away cannot read away a later one.
    """

    incident_id = models.BigIntegerField()
    forgets = models.BooleanField(default=False)
    """Words of it must leave the index: it was removed, or a text was taken back."""


class SearchBlock(models.Model):
    """A block of the index: 65,536 incidents by id, whatever became of them."""

    number = models.PositiveIntegerField(primary_key=True)
    is_built = models.BooleanField(default=False)
    """Whether all of it is in the index. Until then its incidents are not found by words."""
    opened_from = models.DateTimeField(null=True)
    opened_until = models.DateTimeField(null=True)
    """When its first and its last incident opened, both inclusive, UTC."""


class Posting(models.Model):
    """In which incidents of a block a word stands (`pure/bitsets.py`).

    Words are bytes (UTF-8), so that both databases order them alike and find beginnings by range.
    One that begins with ``#`` is a fact and no word: priority, kind, result, object, day, person.
    """

    block = models.PositiveIntegerField()
    term = models.BinaryField(max_length=200)
    bits = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block", "term"], name="posting_is_one_a_block")
        ]
