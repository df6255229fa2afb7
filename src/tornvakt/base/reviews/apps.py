"""The Django app of log control."""

import importlib

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Samples of the log and what was found in them."""

    name = "tornvakt.base.reviews"
    label = "reviews"

    def ready(self) -> None:
        """Register who may draw and judge."""
        importlib.import_module("tornvakt.base.reviews.policies")
