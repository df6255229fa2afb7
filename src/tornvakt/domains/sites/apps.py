"""The Django app of the protected premises."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate


class SitesConfig(AppConfig):
    """Premises and their transmitters."""

    name = "tornvakt.domains.sites"
    label = "sites"

    def ready(self) -> None:
        """Register the room's policy, and have the delivered instructions put in."""
        import_module("tornvakt.domains.sites.policy")
        post_migrate.connect(_put_in_instructions, sender=self)


def _put_in_instructions(*, using: str, apps: Any = installed, **_: object) -> None:
    from tornvakt.domains.sites import shipped

    shipped.put_in(apps, using)
