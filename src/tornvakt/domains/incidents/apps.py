"""The Django app of the incidents."""

from importlib import import_module

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """What the operators work on."""

    name = "tornvakt.domains.incidents"
    label = "incidents"

    def ready(self) -> None:
        """Register the room's policy."""
        import_module("tornvakt.domains.incidents.policy")
