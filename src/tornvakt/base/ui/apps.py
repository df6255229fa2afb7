"""Makes the shared templates and static files known to Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """No tables: templates, static files and template tags only."""

    name = "tornvakt.base.ui"
