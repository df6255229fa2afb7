"""The demo's people: in a demo and nowhere else. `start` and the sign-in page name them."""

from typing import NamedTuple


class DemoPerson(NamedTuple):
    """Somebody to sign in as."""

    username: str
    password: str
    role: str
    call_name: str


PASSWORD = "kalmar-demo-2026"
DEMO_PEOPLE = (
    DemoPerson("operator1", PASSWORD, "operator", "Op 1"),
    DemoPerson("operator2", PASSWORD, "operator", "Op 2"),
    DemoPerson("skiftledare1", PASSWORD, "shift_leader", "SL 1"),
)
