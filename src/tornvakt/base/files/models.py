"""Table of the stored files. The content lies in ``DATA/files``, named by ``digest``."""

from django.db import models


class StoredFile(models.Model):
    """One file as somebody sent it in (fil). Two rows may share one content."""

    digest = models.CharField(max_length=64, db_index=True)
    """HMAC-SHA-256 of the content under the files' key: equal content has one name on the disk,
    and nobody without the key can see whether a certain file is among them."""
    name = models.CharField(max_length=120)
    """As the sender called it, cleaned, with the ending its content has."""
    media_type = models.CharField(max_length=40)
    size = models.BigIntegerField()
    """Bytes, as it is kept."""
    stored_at = models.DateTimeField()
    stored_by = models.BigIntegerField(null=True)
    """Id of the user, as in the audit log; null when the house itself did it."""

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether a page can show it in an ``img``."""
        return self.media_type.startswith("image/")
