"""Loads the Kalmar demo: objects, transmitters with their keys, three people to sign in as, and who
is on call."""

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import demo_duty, demo_register, demo_shift
from tornvakt.surfaces.cli.accounts import DEMO_PEOPLE
from tornvakt.surfaces.cli.simulate import kalmar

CUSTOMER = "Kalmar kommun"


def load(data: DataDir) -> None:
    """Fill an empty installation. What is there already is brought up to date, never doubled."""
    _enrol(data)
    _places()
    _people()
    _duty()
    _shifts()
    _maps(data)


def _enrol(data: DataDir) -> None:
    """Make the receiver know the transmitters."""
    from tornvakt.base.inbox.enrolment import Enrolled, Enrolment

    enrolment = Enrolment(data)
    try:
        enrolment.add_many(
            (
                Enrolled(p.account, key=p.key, supervision=p.supervision, note=p.name)
                for p in kalmar.load().premises
            ),
            replace=True,
        )
    finally:
        enrolment.close()


def _places() -> None:
    from django.db import transaction
    from django.utils import timezone

    from tornvakt.domains.sites import services

    town = kalmar.load()
    with transaction.atomic():
        customer = services.add_customer(name=CUSTOMER)
        placed = []
        for premises in town.premises:
            site = services.add_site(
                customer=customer,
                name=premises.name,
                kind=premises.kind,
                district=town.area_names.get(premises.area, ""),
                latitude=premises.latitude,
                longitude=premises.longitude,
                accuracy_m=premises.accuracy_m,
                is_fictional=premises.is_fictional,
            )
            transmitter = services.add_transmitter(site=site, account=premises.account)
            placed.append((premises, site, transmitter))
        demo_register.load(placed, town, timezone.now())


def _maps(data: DataDir) -> None:
    """Put the demo's layers in. What lies there under another name is left alone."""
    from tornvakt.base.maps.layers import read
    from tornvakt.base.maps.shelf import LAYER, shelf_of

    for file in sorted((kalmar.folder() / "karta").glob(f"*{LAYER}")):
        layer = read(file.stem, file.read_bytes(), "")
        shelf_of(data.root).add(file, layer.facts, replace=True)


def _duty() -> None:
    from django.utils import timezone

    demo_duty.load(timezone.now())


def _shifts() -> None:
    from django.utils import timezone

    demo_shift.load(timezone.now())


def _people() -> None:
    from tornvakt.base.access import services

    for person in DEMO_PEOPLE:
        try:
            services.create_user(
                username=person.username,
                role=person.role,
                call_name=person.call_name,
                password=person.password,
            )
        except services.UserExists:
            continue
