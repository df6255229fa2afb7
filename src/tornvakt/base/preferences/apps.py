"""The Django app of the preferences."""

from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    """What somebody has set for themselves."""

    name = "tornvakt.base.preferences"
    label = "preferences"
