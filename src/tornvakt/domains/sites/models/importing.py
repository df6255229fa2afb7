"""An import of a file on its way: uploaded, judged, confirmed, carried out (import av larmobjekt).

The file itself lies sealed beside the database and is gone when the import is over. What stays is
who did it, when, and how many rows of each kind it touched.
"""

from django.conf import settings
from django.db import models


class ImportState(models.TextChoices):
    """How far an import has come. The arrows stand in ``services/importing.py``."""

    READING = "reading"
    JUDGED = "judged"
    REFUSED = "refused"
    WRITING = "writing"
    DONE = "done"
    LEFT = "left"


class SiteImport(models.Model):
    """One file of objects that somebody wants to take in, and what became of it."""

    state = models.CharField(max_length=8, choices=ImportState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    """When the state last changed; a job that has died shows by this and the progress file."""
    sentence = models.TextField(default="", blank=True)
    """Why it was refused."""
    preview = models.JSONField(default=dict, blank=True)
    """What it would do and what is wrong with it; see ``services/importing_preview.py``."""
    tallies = models.JSONField(default=dict, blank=True)
    """New, changed, ended and unchanged rows by table."""
    fault_count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, default="", blank=True)
    """Fingerprint of what was shown; what is carried out must have the same."""

    class Meta:
        indexes = [models.Index(fields=["-made_at"], name="site_import_newest")]

    def __str__(self) -> str:
        return self.file_name
