"""Test mode (provläge): begun with an end, ended by a person, by the link, or by the clock."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.sites.facts import TestModeEnded, TestModeStarted
from tornvakt.domains.sites.models import (
    LONGEST_TEST,
    Area,
    Site,
    TestMode,
    TestScope,
    Transmitter,
    Zone,
)
from tornvakt.pure.facts import Refusal
from tornvakt.pure.triage.setting import plain_number

MOST_ENDED_AT_ONCE = 200
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another: i, l, 1, o, 0."""


class TestWithoutEnd(Refusal):
    """A test must end after now and within the longest time."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(
            _("A test mode must end, at the latest after %(hours)d hours. Choose an earlier time.")
            % {"hours": LONGEST_TEST.total_seconds() // 3600}
        )


class TestWithoutReason(Refusal):
    """Nobody wrote what is tested and by whom."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(_("Write what is tested and by whom. The next operator reads it."))


class NothingToTest(Refusal):
    """The part that is to be on test is none of the place's."""

    def __init__(self) -> None:
        super().__init__(
            _("Choose which transmitter, and which area or zone, is on test at this place.")
        )


class PartNotInRegister(NothingToTest):
    """The transmitter has no such area or zone in the register."""

    def __init__(self) -> None:
        Refusal.__init__(
            self,
            _(
                "The register has no such area or zone at this transmitter, so nothing was put on "
                "test. Choose one from the list, or add it to the object first."
            ),
        )


class LifeNotConfirmed(Refusal):
    """Fire, gas, hold-up and medical alarms were ticked once; it is asked twice."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Fire, gas, hold-up and medical alarms will not be answered while the test lasts. "
                "Confirm once more that somebody is on the place and answers for it."
            )
        )


class AlreadyOnTest(Refusal):
    """The same part is on test: ending one of two would leave its alarms unanswered."""

    def __init__(self, ends_at: datetime) -> None:
        super().__init__(
            _(
                "This is on test already, until %(time)s. End that test first if it is to be "
                "another, or choose something else."
            )
            % {"time": f"{localtime(ends_at):%H:%M}"}
        )


@transaction.atomic
def start_test(
    *,
    site_id: int,
    ends_at: datetime,
    reason: str,
    by: User | None,
    at: datetime,
    scope: str = TestScope.WHOLE,
    account: str = "",
    scope_id: str = "",
    covers_life: bool = False,
    life_confirmed: bool = False,
) -> TestMode:
    """Put a place, a transmitter, an area or a zone on test until ``ends_at`` (UTC).

    ``covers_life`` takes fire, gas, hold-up and medical in as well, and needs
    ``life_confirmed``: the second answer. Raises TestWithoutEnd, TestWithoutReason, NothingToTest
    (PartNotInRegister is one), AlreadyOnTest and LifeNotConfirmed.
    """
    if not at < ends_at <= at + LONGEST_TEST:
        raise TestWithoutEnd
    if not reason.strip():
        raise TestWithoutReason
    if covers_life and not life_confirmed:
        raise LifeNotConfirmed
    site = Site.objects.select_for_update(no_key=True).get(pk=site_id)
    if scope not in TestScope.values:
        raise NothingToTest
    account, scope_id = _of_what(site, TestScope(scope), account, scope_id)
    same = TestMode.objects.filter(site=site, scope=scope, account=account, scope_id=scope_id)
    running = same.filter(ended_at=None, ends_at__gt=at).order_by("ends_at").last()
    if running is not None:
        raise AlreadyOnTest(running.ends_at)
    test = TestMode.objects.create(
        site=site,
        scope=scope,
        account=account,
        scope_id=scope_id,
        covers_life=covers_life,
        starts_at=at,
        ends_at=ends_at,
        started_by=by,
        reason=reason.strip(),
    )
    params: dict[str, int | str | bool] = {"test": test.pk, "scope": str(scope), "of": scope_id}
    params |= {"life": covers_life, "minutes": int((ends_at - at).total_seconds() // 60)}
    audit.wrote("sites.start_test", by=by, on=("site", site.number), at=at, params=params)
    publish(TestModeStarted(at=at, test_id=test.pk, site_id=site.pk))
    return test


@transaction.atomic
def end_test(*, test_id: int, by: User | None, at: datetime, by_link: bool = False) -> bool:
    """End a test before its time; False when it was over already."""
    test = TestMode.objects.select_for_update(of=("self",)).get(pk=test_id)
    if test.ended_at is not None or at >= test.ends_at:
        return False
    _end(test, max(at, test.starts_at), by=by, at=at, how="link" if by_link else "person")
    return True


def end_due_tests(*, now: datetime) -> int:
    """End the tests whose time is out; return how many. The clock in the worker asks for it.

    Each ends at its own ``ends_at``, however late the clock comes, so that a signal is a test or
    none by the same instant everywhere. Twice equals once. Looks first without a transaction: the
    clock asks four times a second, and on SQLite one would hold up every other writer for nothing.
    """
    due = TestMode.objects.filter(ended_at=None, ends_at__lte=now)
    if not due.exists():
        return 0
    with transaction.atomic():
        locked = due.select_for_update(of=("self",)).order_by("ends_at", "id")
        rows = list(locked[:MOST_ENDED_AT_ONCE])
        for test in rows:
            _end(test, test.ends_at, by=None, at=now, how="clock")
    return len(rows)


@transaction.atomic
def make_test_link(*, test_id: int, by: User | None, at: datetime) -> str:
    """Return the token of a link by which a technician follows and ends this test, no login.

    It can be read out: four groups of four, 79 bits of chance. Only its digest is stored; a new
    link puts the old one out of use.
    """
    test = TestMode.objects.select_for_update(of=("self",)).get(pk=test_id)
    token = "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))
    test.link_digest = _digest(token)
    test.save(update_fields=["link_digest"])
    params: dict[str, int | str | bool] = {"test": test.pk}
    on = ("site", test.site.number)
    audit.wrote("sites.make_test_link", by=by, on=on, at=at, params=params)
    return token


def find_by_link(token: str) -> TestMode | None:
    """Return the test a link belongs to, also one that is over; None for no link of ours.

    Capitals do not count: whoever hears a link read out does not know of them.
    """
    spelt = (_digest(token), _digest(token.lower()))
    found = TestMode.objects.select_related("site").filter(link_digest__in=spelt)
    return found.exclude(link_digest="").first()


def _end(test: TestMode, ended_at: datetime, *, by: User | None, at: datetime, how: str) -> None:
    test.ended_at, test.ended_by = ended_at, by
    test.save(update_fields=["ended_at", "ended_by"])
    params: dict[str, int | str | bool] = {"test": test.pk, "how": how}
    audit.wrote("sites.end_test", by=by, on=("site", test.site.number), at=at, params=params)
    publish(TestModeEnded(at=at, test_id=test.pk, site_id=test.site_id, by_clock=how == "clock"))


def _of_what(site: Site, scope: TestScope, account: str, scope_id: str) -> tuple[str, str]:
    if scope == TestScope.WHOLE:
        return "", ""
    sender = Transmitter.objects.filter(site=site, account=account.strip().upper()).first()
    if sender is None:
        raise NothingToTest
    if scope == TestScope.TRANSMITTER:
        return sender.account, sender.account
    return sender.account, _known_number(sender, scope, scope_id)


def _known_number(sender: Transmitter, scope: TestScope, given: str) -> str:
    """Return the number of an area or zone as the register writes it; "03" and "3" are the same.

    Raises PartNotInRegister for one that is not there: a test of nothing helps nobody, and what
    anybody may type is not to stand in the log.
    """
    zones = Zone.objects.filter(transmitter=sender, valid_to=None)
    if scope == TestScope.ZONE:
        numbers = {*zones.values_list("number", flat=True)}
    else:
        areas = Area.objects.filter(transmitter=sender, valid_to=None)
        numbers = {*areas.values_list("number", flat=True), *zones.values_list("area", flat=True)}
    wanted = plain_number(given)
    found = sorted(each for each in numbers if wanted and plain_number(each) == wanted)
    if not found:
        raise PartNotInRegister
    return found[0]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
