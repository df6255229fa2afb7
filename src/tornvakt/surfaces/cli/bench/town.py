"""A town for a measurement: premises with transmitters in districts, and an operator to look.

Run as ``python -m tornvakt.surfaces.cli.bench.town DATA FIRST COUNT`` with the product running: the
measuring process itself stays without Django. Everything in it is invented.
"""

import sys
from pathlib import Path

from tornvakt.surfaces.cli import django_door
from tornvakt.surfaces.cli.dialler.frames import accounts

OPERATOR, PASSWORD = "matare", "en lykta vid kajen som mäts"
DISTRICTS = tuple(f"Mätdistrikt {number}" for number in range(1, 13))


def build(data: Path, first: str, count: int) -> None:
    """Add the premises and the operator."""
    with django_door.prepared_database(data):
        from django.db import transaction

        from tornvakt.base.access import services as access
        from tornvakt.domains.sites import services as sites

        access.create_user(
            username=OPERATOR, role="operator", call_name="Mätare", password=PASSWORD
        )
        with transaction.atomic():
            customer = sites.add_customer(name="Mätkommunen", is_fictional=True)
            placed = [
                (
                    sites.add_site(
                        customer=customer,
                        name=f"Mätobjekt {account}",
                        district=DISTRICTS[number % len(DISTRICTS)],
                        is_fictional=True,
                    ),
                    account,
                    "",
                )
                for number, account in enumerate(accounts(first, count))
            ]
            sites.add_transmitters(placed=placed)


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
