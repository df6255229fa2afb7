"""The Django app of the facts."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    """Facts, their pending errands, and the pulse."""

    name = "tornvakt.base.facts"
    label = "facts"
