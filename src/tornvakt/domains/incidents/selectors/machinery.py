"""What the machinery asks about incidents; not on behalf of a person."""

from tornvakt.domains.alarms.models import Alarm


def alarm_ids(incident_id: int) -> list[int]:
    """Return the alarms of an incident."""
    return list(Alarm.objects.filter(link__incident=incident_id).values_list("pk", flat=True))


def lock_alarms(incident_id: int) -> None:
    """Hold the alarms of an incident as they are until the transaction ends."""
    list(
        Alarm.objects.select_for_update()
        .filter(link__incident=incident_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
