"""The app of the messages."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """What leaves the house by itself."""

    name = "tornvakt.base.sending"
    label = "sending"
