"""The Django app of the protected premises."""

from importlib import import_module

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Premises and their transmitters."""

    name = "tornvakt.domains.sites"
    label = "sites"

    def ready(self) -> None:
        """Register the room's policy."""
        import_module("tornvakt.domains.sites.policy")
