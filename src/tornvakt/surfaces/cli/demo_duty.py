"""Who is on call in the demo: invented functions, week by week, always somebody now.

Read from ``demo/kalmar/register.json``. Weeks begin on Mondays at 08:00 by the clock on the wall.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tornvakt.base.ui.formats import STOCKHOLM
from tornvakt.pure.cover import Span, gaps
from tornvakt.surfaces.cli.demo_register import INVENTED, register

if TYPE_CHECKING:
    from tornvakt.domains.incidents.models import DutyRole

WEEKS = 26
CHANGE = time(8)


def load(now: datetime) -> None:
    """Make the duties that are missing, and fill the weeks ahead where nobody has them."""
    from tornvakt.domains.incidents import services
    from tornvakt.domains.incidents.models import DutyRole

    for body in register()["jour"]:
        role = DutyRole.objects.filter(code=body["kod"]).first()
        if role is None:
            role = services.add_duty_role(
                code=body["kod"],
                name=body["namn"],
                order=body["ordning"],
                phone=body["telefon"],
                by=None,
                now=now,
            )
        _fill(role, body, now)


def _fill(role: "DutyRole", body: dict[str, Any], now: datetime) -> None:
    from tornvakt.domains.incidents import services

    known = list(role.turns.filter(ends_at__gt=now).values_list("starts_at", "ends_at"))
    for number, (since, until) in _weeks(now):
        place = number % len(body["nummer"])
        for starts_at, ends_at in gaps(known, since, until):
            services.add_turn(
                role_code=role.code,
                person=f"{body['funktion']} {place + 1} ({INVENTED})",
                phone=body["nummer"][place],
                starts_at=starts_at,
                ends_at=ends_at,
                by=None,
                now=now,
            )


def _weeks(now: datetime) -> Iterator[tuple[int, Span]]:
    """Yield the weeks from the present one on, each with its number since the year 1."""
    here = now.astimezone(STOCKHOLM)
    monday = here.date() - timedelta(days=here.weekday())
    if here.weekday() == 0 and here.time() < CHANGE:
        monday -= timedelta(days=7)
    for week in range(WEEKS):
        first = monday + timedelta(days=7 * week)
        since, until = (
            datetime.combine(day, CHANGE, tzinfo=STOCKHOLM).astimezone(UTC)
            for day in (first, first + timedelta(days=7))
        )
        yield first.toordinal() // 7, (since, until)
