"""The Django app of people and roles."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People, roles and invitations."""

    name = "tornvakt.base.access"
    label = "access"
