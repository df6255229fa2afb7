"""The messages to send, and how it went."""

from django.db import models
from django.db.models import Q


class Channel(models.TextChoices):
    """A way out of the house."""

    EMAIL = "email", "e-mail"
    WEBHOOK = "webhook", "webhook"
    SMS = "sms", "text message"


class Message(models.Model):
    """One message to one receiver (utskick). Holds nothing personal but where it goes."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    to = models.CharField(max_length=200, default="", blank=True)
    """An address or a number; a webhook goes to the one that is set."""
    subject = models.CharField(max_length=200, default="", blank=True)
    text = models.TextField()
    """Empty when it is through and what it was about is over."""
    key = models.CharField(max_length=100, unique=True)
    """Names what it tells: the same thing is told once, and a receiver can leave out a copy."""
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    """When it is tried next; null when it is sent or given up."""
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "due_at"],
                name="message_due",
                condition=Q(due_at__isnull=False),
            )
        ]
