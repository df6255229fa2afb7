"""The Django app of signals and alarms."""

from importlib import import_module

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """Signals and alarms."""

    name = "tornvakt.domains.alarms"
    label = "alarms"

    def ready(self) -> None:
        """Register the room's policy."""
        import_module("tornvakt.domains.alarms.policy")
