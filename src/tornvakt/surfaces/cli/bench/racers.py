"""The field of a claim race: operators and incidents that nobody has. Everything is invented.

Run as ``python -m tornvakt.surfaces.cli.bench.racers DATA CLIENTS INCIDENTS`` with the product
running: the measuring process itself stays without Django. Prints the incidents' numbers. With
``DATA outcome`` it prints, as JSON, who has each incident and how many lines say so.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tornvakt.surfaces.cli import django_door

PASSWORD = "ett lopp om en händelse"  # invented


def username(client: int) -> str:
    """Return the account of a client of the race."""
    return f"lopare{client}"


def call_name(client: int) -> str:
    """Return what the others are told when this client was faster."""
    return f"Löpare {client}"


def build(data: Path, clients: int, count: int) -> list[str]:
    """Add the operators and the incidents; return the incidents' numbers."""
    with django_door.prepared_database(data):
        from django.contrib.auth.hashers import make_password

        from tornvakt.base.access import services as access
        from tornvakt.base.access.models import User
        from tornvakt.domains.incidents import services as incidents

        people = [
            access.create_user(
                username=username(client), role="operator", call_name=call_name(client)
            )
            for client in range(clients)
        ]
        # One hash for all of them: fifty would take longer than the race.
        User.objects.filter(pk__in=[each.pk for each in people]).update(
            password=make_password(PASSWORD)
        )
        numbers = []
        for place in range(count):
            call = incidents.register_call(
                by=people[0],
                kind="other",
                route="tlc",
                place=f"Mätplats {place}",
                is_taken=False,
                now=datetime.now(UTC),
            )
            assert call.incident is not None
            numbers.append(call.incident.number)
        return numbers


def outcome(data: Path) -> dict[str, tuple[str, int]]:
    """Return, by the incident's number, who has it and how many lines say that it was taken."""
    with django_door.prepared_database(data):
        from django.db.models import Count, Q

        from tornvakt.domains.incidents.models import Incident

        rows = Incident.objects.annotate(
            times=Count("entries", filter=Q(entries__kind="taken"))
        ).values_list("number", "taken_by__call_name", "times")
        return {number: (name or "", times) for number, name, times in rows}


if __name__ == "__main__":
    root = Path(sys.argv[1])
    if sys.argv[2] == "outcome":
        print(json.dumps(outcome(root)))
    else:
        print("\n".join(build(root, int(sys.argv[2]), int(sys.argv[3]))))
