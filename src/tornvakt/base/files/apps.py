"""The Django app of the attachments."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """What is stored about each file; the content lies in the data directory."""

    name = "tornvakt.base.files"
    label = "files"
