"""Announcing a fault that the house found by itself, without the receiver."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tornvakt.domains.alarms.models import Notice
from tornvakt.domains.alarms.services.noticing import Told, take_notice
from tornvakt.domains.alarms.services.standing import StandingAlarms


@transaction.atomic
def announce(*, name: str, params: Mapping[str, Any], now: datetime) -> Notice:
    """Raise, join or end the technical alarm of a notice; `notices.py` lists the names."""
    standing = StandingAlarms([""])
    notice = take_notice(standing, Told(None, name, "", params, now), {})
    standing.store()
    notice.save()
    standing.announce()
    return notice
