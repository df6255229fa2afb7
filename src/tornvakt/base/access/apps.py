"""The Django app of people and roles."""

import importlib

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People, roles and invitations."""

    name = "tornvakt.base.access"
    label = "access"

    def ready(self) -> None:
        """Register who may look after accounts and roles, and what the log hears of sign-ins."""
        importlib.import_module("tornvakt.base.access.policies")
        importlib.import_module("tornvakt.base.access.signals")
