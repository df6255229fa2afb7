"""Which channels this installation has, by its settings."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.sending.channels import Email, NoSms, Sender, SmsFile, SmsGateway, Webhook
from tornvakt.base.sending.models import Channel

FAKE, HTTP = "fil", "http"


def outlets() -> Mapping[str, Sender]:
    """Return the way out for each channel; one that is not set says so when it is used."""
    chosen = settings.ENVIRONMENT
    return {
        Channel.EMAIL: Email(
            chosen.smtp_host,
            chosen.smtp_port,
            chosen.smtp_from,
            chosen.smtp_security,
            chosen.smtp_user,
            chosen.smtp_word,
        ),
        Channel.WEBHOOK: Webhook(chosen.webhook_url, chosen.webhook_word),
        Channel.SMS: _sms(chosen.sms, chosen.sms_url, chosen.sms_word),
    }


def unset_channels() -> frozenset[str]:
    """Return the channels nothing can go by: asking them would only fill the table."""
    chosen = settings.ENVIRONMENT
    ways = {
        str(Channel.EMAIL): bool(chosen.smtp_host and chosen.smtp_from),
        str(Channel.WEBHOOK): bool(chosen.webhook_url),
        str(Channel.SMS): chosen.sms == FAKE or bool(chosen.sms == HTTP and chosen.sms_url),
    }
    return frozenset(channel for channel, is_set in ways.items() if not is_set)


def lacking() -> dict[str, str]:
    """Return the channels that cannot send, and the setting that is missing for each."""
    chosen = settings.ENVIRONMENT
    missing = {}
    if not chosen.smtp_host or not chosen.smtp_from:
        missing[str(Channel.EMAIL)] = "TORNVAKT_SMTP_HOST, TORNVAKT_SMTP_FROM"
    if not chosen.webhook_url:
        missing[str(Channel.WEBHOOK)] = "TORNVAKT_WEBHOOK_URL"
    if chosen.sms == HTTP and not chosen.sms_url:
        missing[str(Channel.SMS)] = "TORNVAKT_SMS_URL"
    if not chosen.sms or (chosen.sms == FAKE and chosen.mode == "skarp"):
        missing[str(Channel.SMS)] = "TORNVAKT_SMS"
    return missing


def sms_file() -> Path:
    """Where text messages go that have no gateway."""
    return DataDir(settings.DATA).logs / "sms.jsonl"


def _sms(kind: str, url: str, token: str) -> Sender:
    if kind == FAKE:
        return SmsFile(sms_file())
    return SmsGateway(url, token) if kind == HTTP else NoSms()
