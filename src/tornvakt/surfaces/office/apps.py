"""Makes the office's templates and static files known to Django."""

import importlib

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """No tables: pages only."""

    name = "tornvakt.surfaces.office"

    def ready(self) -> None:
        """Register the actions of pages that belong to no room."""
        importlib.import_module("tornvakt.surfaces.office.policy")
