"""Announcing a fault that the house found by itself, without the receiver."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tornvakt.domains.alarms.models import Notice
from tornvakt.domains.alarms.services.noticing import Told, take_notice
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.sites.selectors import transmitters_of


@transaction.atomic
def announce(*, name: str, params: Mapping[str, Any], now: datetime, account: str = "") -> Notice:
    """Raise, join or end the technical alarm of a notice; `notices.py` lists the names.

    ``account`` is the transmitter it is about; without one it is about the installation.
    """
    standing = StandingAlarms([account])
    transmitters = transmitters_of([account]) if account else {}
    notice = take_notice(standing, Told(None, name, account, params, now), transmitters)
    standing.store()
    notice.save()
    standing.announce()
    return notice
