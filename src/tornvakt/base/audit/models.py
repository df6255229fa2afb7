"""Tables of the audit log. Entries, leaves and checkpoints are insert-only, by trigger."""

from django.db import models


class Entry(models.Model):
    """One thing somebody did or looked at (loggpost). Every column is in the hashed bytes.

    Instants are UTC microseconds since 1970, as in the inbox: a number has one spelling, on both
    databases and in every language a verifier may be written in.
    """

    at_us = models.BigIntegerField()
    kind = models.CharField(max_length=5)
    """``wrote`` or ``read``."""
    action = models.CharField(max_length=80)
    actor = models.BigIntegerField(null=True)
    """Id of the user; null when the house itself did it. No foreign key: the log outlives all."""
    roles = models.CharField(max_length=300)
    """The actor's roles at that moment, sorted, with a blank between."""
    room = models.CharField(max_length=8)
    on_kind = models.CharField(max_length=40)
    on_id = models.CharField(max_length=80)
    purpose = models.CharField(max_length=40)
    result = models.CharField(max_length=40)
    count = models.IntegerField()
    """How many rows a read showed; 0 for a write."""
    params = models.TextField()
    """A canonical JSON object of ids and codes, as text: a database's own JSON type respells it."""
    request = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["on_kind", "on_id", "id"], name="audit_entry_on"),
            models.Index(fields=["actor", "id"], name="audit_entry_actor"),
            models.Index(fields=["at_us"], name="audit_entry_at"),
        ]


class Pending(models.Model):
    """An entry that has no number yet; a trigger adds the row with the entry.

    A row of its own, not a mark of how far we have come: PostgreSQL commits out of order, and an
    entry of a slow transaction appears below numbers that were seen long ago. No foreign key: what
    is left here when its entry is gone is the trace of the removal.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    since_us = models.BigIntegerField()
    """By the database's clock."""


class Leaf(models.Model):
    """An entry's place in the tree: number 0, 1, 2 …, and its RFC 9162 leaf hash."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="leaf")
    hash = models.BinaryField(max_length=32)


class Checkpoint(models.Model):
    """The tree's size and root, signed (kontrollpunkt)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    at_us = models.BigIntegerField()
    signature = models.BinaryField(max_length=64)
    peaks = models.BinaryField()
    """Roots of the perfect subtrees, left to right, from which the tree grows on."""


class Carried(models.Model):
    """A spooled read that stands in the log by now; goes when its file has gone."""

    name = models.CharField(max_length=80, primary_key=True)
