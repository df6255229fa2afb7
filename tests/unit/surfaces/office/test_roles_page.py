"""The page one looks roles up in says what the policy reads."""

from pathlib import Path

import pytest

from tornvakt.base.access.compartments import CASE_ROOMS, Compartment, gives_standing, table
from tornvakt.base.access.models import Role
from tornvakt.surfaces.office import roles_page
from tornvakt.surfaces.office.role_words import level_name, room_name

PROJECT = Path(__file__).resolve().parents[4]


def test_the_page_is_todays() -> None:
    kept = (PROJECT / "docs" / "reference" / "roller-och-rum.md").read_text()
    assert kept == roles_page.page(), (
        "run: .venv/bin/python -m tornvakt.surfaces.office.roles_page "
        "> docs/reference/roller-och-rum.md"
    )


def test_every_role_has_a_line_and_every_level_a_word() -> None:
    assert set(table()) == set(Role.values)
    assert all(room_name(room) for room in Compartment)
    assert all(level_name(level) for line in table().values() for level in line.values())


@pytest.mark.parametrize("room", sorted(CASE_ROOMS))
def test_nobody_but_its_own_people_is_somebody_in_a_case_room(room: Compartment) -> None:
    inside = {role for role in Role.values if gives_standing([role], room)}
    own = {"BARN": "child_officer", "VNR": "vnr_officer", "AVH": "exit_officer"}[room]
    assert inside == {own, "room_owner"}


def test_the_administrator_is_somebody_with_the_accounts_and_nowhere_else() -> None:
    rooms = {room for room in Compartment if gives_standing(["sysadmin"], room)}
    assert rooms == {Compartment.SYS, Compartment.PUB}


def test_a_flag_or_a_line_in_the_log_is_no_standing() -> None:
    assert not gives_standing(["operator"], Compartment.VNR)
    assert not gives_standing(["log_reviewer"], Compartment.LARM)
    assert gives_standing(["log_reviewer"], Compartment.LOGG)
    assert gives_standing([], Compartment.PUB)
