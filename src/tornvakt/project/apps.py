"""The wiring: what has to be imported once when Django starts."""

import importlib

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Connects the floors: the reactions of `flow` and the checks of the settings."""

    name = "tornvakt.project"

    def ready(self) -> None:
        """Register the reactions and the checks by importing them."""
        importlib.import_module("tornvakt.flow")
        importlib.import_module("tornvakt.project.checks")
