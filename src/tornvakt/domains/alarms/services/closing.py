"""Closing alarms when the operator has closed what they belong to."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tornvakt.domains.alarms.models import Alarm, AlarmState


@transaction.atomic
def close_alarms(*, alarm_ids: Collection[int], at: datetime) -> None:
    """Close alarms, so that the same signal again is a new alarm."""
    Alarm.objects.filter(pk__in=alarm_ids, closed_at=None).update(
        state=AlarmState.CLOSED, closed_at=at
    )
