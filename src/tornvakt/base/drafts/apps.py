"""The Django app of the drafts."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    """What was typed and not sent yet."""

    name = "tornvakt.base.drafts"
    label = "drafts"
