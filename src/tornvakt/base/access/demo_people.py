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
    DemoPerson("admin1", PASSWORD, "sysadmin", "Adm 1"),
    DemoPerson("granskare1", PASSWORD, "log_reviewer", "Gr 1"),
    DemoPerson("dataskydd1", PASSWORD, "dpo", "Dso 1"),
)
