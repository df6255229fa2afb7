"""Giving roles and taking them away: who may, for how long, and what follows."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.integration.access.conftest import clock
from tests.support import samples
from tests.support.samples import holder
from tests.support.threads import at_the_same_time
from tornvakt.base.access import grants, holdings, policy, role_refusals, services
from tornvakt.base.access.compartments import CASE_ROOMS
from tornvakt.base.access.models import RoleHolding, User
from tornvakt.base.audit.selectors import entries
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> User:
    return holder("", "anna")


def owner(room: str, username: str) -> User:
    user = holder("", username)
    RoleHolding.objects.create(user=user, role="room_owner", room=room, since=user.date_joined)
    return user


def again(user: User) -> User:
    """The person as the next request reads them."""
    return User.objects.get(pk=user.pk)


def test_a_role_counts_from_the_next_request_and_stands_in_the_log(admin: User, anna: User) -> None:
    assert not policy.decide(anna, "incidents.view")
    holdings.give_role(user=anna, role="operator", by=admin, now=clock())
    assert policy.decide(again(anna), "incidents.view")
    assert again(anna).role == "operator"
    [entry] = entries(action="access.role_given")
    assert (entry.actor, entry.on, entry.room) == (admin.pk, ("user", str(anna.pk)), "SYS")


def test_nobody_gives_a_role_to_themselves(admin: User) -> None:
    with pytest.raises(holdings.RoleToOneself):
        holdings.give_role(user=admin, role="operator", by=admin, now=clock())
    assert again(admin).roles == {"sysadmin"}


def test_only_an_administrator_gives_the_roles_of_the_open_rooms(
    operator: User, anna: User
) -> None:
    with pytest.raises(holdings.RoleNotYoursToGive):
        holdings.give_role(user=anna, role="operator", by=operator, now=clock())


def test_an_administrator_lets_nobody_into_a_case_room(admin: User, anna: User) -> None:
    for role in ("child_officer", "vnr_officer", "exit_officer"):
        with pytest.raises(holdings.RoleNotYoursToGive):
            holdings.give_role(user=anna, role=role, by=admin, now=clock())


def test_the_owner_of_one_room_lets_nobody_into_another(anna: User) -> None:
    with pytest.raises(holdings.RoleNotYoursToGive):
        holdings.give_role(user=anna, role="child_officer", by=owner("VNR", "vo"), now=clock())


def test_a_case_room_is_left_after_ninety_days(anna: User) -> None:
    boss = owner("BARN", "bo")
    now = clock()
    held = holdings.give_role(user=anna, role="child_officer", by=boss, now=now)
    assert held.until == now + timedelta(days=90)
    assert held.is_in_force(now + timedelta(days=89, hours=23))
    assert not held.is_in_force(now + timedelta(days=90))
    with pytest.raises(holdings.RoleTooLong):
        holdings.give_role(
            user=holder("", "bert"),
            role="child_officer",
            by=boss,
            now=now,
            until=now + timedelta(days=91),
        )


def test_the_exit_room_is_opened_by_two_persons(anna: User, officer: User) -> None:
    boss = owner("AVH", "ao")
    held = holdings.give_role(user=anna, role="exit_officer", by=boss, now=clock())
    assert again(anna).roles == frozenset()
    for wrong in (anna, boss, holder("sysadmin", "adm9")):
        with pytest.raises(role_refusals.RoleRefused):
            holdings.confirm_role(holding_id=held.pk, by=wrong, now=clock())
    holdings.confirm_role(holding_id=held.pk, by=officer, now=clock())
    assert again(anna).roles == {"exit_officer"}
    assert again(anna).role == ""  # never shown beside the name
    with pytest.raises(holdings.RoleNotThere):
        holdings.confirm_role(holding_id=held.pk, by=owner("AVH", "ao2"), now=clock())


def test_a_room_owner_is_proposed_and_confirmed(admin: User, anna: User, officer: User) -> None:
    with pytest.raises(holdings.RoomMissing):
        holdings.give_role(user=anna, role="room_owner", by=admin, now=clock())
    held = holdings.give_role(user=anna, role="room_owner", room="VNR", by=admin, now=clock())
    assert not holdings.owns(again(anna), holdings.Compartment.VNR, clock())
    holdings.confirm_role(holding_id=held.pk, by=officer, now=clock())
    assert holdings.owns(again(anna), holdings.Compartment.VNR, clock())
    assert not holdings.owns(again(anna), holdings.Compartment.BARN, clock())


def test_the_owner_of_one_room_is_nobody_in_the_others() -> None:
    boss = owner("VNR", "vo")
    stands = {room for room in CASE_ROOMS if policy.has_standing(again(boss), room)}
    assert stands == {"VNR"}


@pytest.mark.parametrize("role", ["log_reviewer", "dpo", "room_owner"])
def test_who_runs_the_system_reviews_nothing_and_owns_no_room(admin: User, role: str) -> None:
    other = holder("sysadmin", "adm2")
    with pytest.raises(holdings.RolesDoNotMix):
        holdings.give_role(
            user=other,
            role=role,
            room="BARN" if role == "room_owner" else "",
            by=admin,
            now=clock(),
        )


def test_the_machine_itself_opens_no_case_room(anna: User) -> None:
    for role in ("exit_officer", "room_owner", "child_officer"):
        with pytest.raises(holdings.RoleNotYoursToGive):
            holdings.give_role(
                user=anna,
                role=role,
                room="BARN" if role == "room_owner" else "",
                by=None,
                now=clock(),
            )


def test_the_last_administrator_stays(admin: User) -> None:
    other = holder("sysadmin", "adm2")
    mine = RoleHolding.objects.get(user=admin)
    holdings.end_role(holding_id=mine.pk, by=other, now=clock())
    third = holder("operator", "op7")
    with pytest.raises(holdings.LastAdministrator):
        holdings.must_leave_an_administrator(other.pk, clock())
    assert third.is_active


def test_what_the_giver_held_when_the_request_began_is_asked_again(
    admin: User, operator: User, anna: User
) -> None:
    began = clock()
    other = holder("sysadmin", "adm2")
    assert other.roles == {"sysadmin"}
    held = RoleHolding.objects.get(user=other)
    mine = RoleHolding.objects.get(user=admin)
    theirs = holdings.give_role(user=operator, role="guard", by=admin, now=clock())
    holdings.end_role(holding_id=held.pk, by=again(admin), now=clock())
    # The other one's requests began before that and have waited for their turn.
    with pytest.raises(holdings.RoleNotYoursToGive):
        holdings.end_role(holding_id=mine.pk, by=other, now=began)
    with pytest.raises(holdings.RoleNotYoursToGive):
        holdings.give_role(user=anna, role="operator", by=other, now=began)
    right = {"action": "sites.view", "on": ("site", "OBJ-1"), "why": "service"}
    with pytest.raises(grants.GrantNotYours):
        grants.give(
            user=anna, **right, since=began, until=began + timedelta(1), by=other, now=began
        )
    for act in (services.end_account, services.reopen_account, services.reset_second_factor):
        with pytest.raises(services.NoLongerAdministrator):
            act(user=operator, by=other, now=began)
    # Closing an account ends what was given while it waited, and says so once.
    services.end_account(user=operator, by=again(admin), now=began)
    theirs.refresh_from_db()
    assert theirs.until == theirs.since and again(operator).roles == frozenset()
    with pytest.raises(holdings.RoleToClosed):
        holdings.give_role(user=again(operator), role="guard", by=again(admin), now=clock())
    with pytest.raises(holdings.RoleNotThere):
        holdings.end_role(holding_id=held.pk, by=again(admin), now=began)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_leave_one() -> None:
    """PostgreSQL sees only what is committed: without a turn both would find the other there."""
    pair = [holder("sysadmin", "adm1"), holder("sysadmin", "adm2")]
    held = [RoleHolding.objects.get(user=each) for each in pair]
    assert all(each.roles for each in pair)

    def end(mine: int) -> Callable[[], object]:
        return lambda: holdings.end_role(holding_id=held[1 - mine].pk, by=pair[mine], now=clock())

    answers = at_the_same_time([end(0), end(1)])
    assert sorted(type(each).__name__ for each in answers) == ["RoleHolding", "RoleNotYoursToGive"]
    assert sum(bool(again(each).roles) for each in pair) == 1


def test_a_role_taken_away_in_the_middle_of_an_incident(admin: User, operator: User) -> None:
    town = samples.town()
    call = incidents.register_call(
        by=operator, kind="threat", route="tlc", place="Torget", now=clock()
    )
    assert call.incident is not None
    mine = Incident.objects.get(pk=call.incident.pk)
    assert mine.taken_by_id == operator.pk
    held = RoleHolding.objects.get(user=operator)
    holdings.end_role(holding_id=held.pk, by=admin, now=clock())
    freed = Incident.objects.get(pk=mine.pk)
    assert freed.taken_by_id is None and freed.closed_at is None
    with pytest.raises(incidents.NotAllowed):
        incidents.note(incident_id=mine.pk, by=again(operator), text="hej", now=clock())
    taken = incidents.take(incident_id=mine.pk, by=again(town.operator), now=clock())
    assert taken.taken_by_id == town.operator.pk


def test_one_of_two_roles_taken_away_lets_go_of_nothing(admin: User, operator: User) -> None:
    holdings.give_role(user=operator, role="shift_leader", by=admin, now=clock())
    call = incidents.register_call(
        by=again(operator), kind="threat", route="tlc", place="Torget", now=clock()
    )
    held = RoleHolding.objects.get(user=operator, role="operator")
    holdings.end_role(holding_id=held.pk, by=admin, now=clock())
    assert call.incident is not None
    assert Incident.objects.get(pk=call.incident.pk).taken_by_id == operator.pk
    assert again(operator).role == "shift_leader"


def test_a_role_that_runs_out_lets_go_once(admin: User) -> None:
    now = clock()
    sven = holder("", "sven")
    held = holdings.give_role(
        user=sven, role="operator", by=admin, now=now - timedelta(hours=8), until=now
    )
    assert again(sven).roles == frozenset()
    assert holdings.end_expired(now=now) == 1
    assert holdings.end_expired(now=now) == 0
    held.refresh_from_db()
    assert (held.until, held.ended_by_id, held.announced_at) == (now, None, now)
    assert [each.actor for each in entries(action="access.role_ended")] == [None]


def test_roles_cost_one_query_a_request(operator: User, django_assert_num_queries: object) -> None:
    fresh = again(operator)
    with django_assert_num_queries(1):  # type: ignore[operator]
        for action in ("incidents.view", "incidents.take", "sites.view", "access.people_view"):
            policy.decide(fresh, action)


def test_the_clock_in_the_worker_ends_what_has_run_out(admin: User) -> None:
    from tornvakt.surfaces.worker.clock import timers

    now = clock()
    sven = holder("", "sven")
    held = holdings.give_role(
        user=sven, role="operator", by=admin, now=now - timedelta(hours=8), until=now
    )
    [timer] = [each for each in timers() if each.name == "roles_run_out"]
    assert (timer.run(now, now), timer.run(now, now)) == (1, 0)
    held.refresh_from_db()
    assert held.announced_at == now


def test_nobody_ends_a_role_of_their_own_or_is_offered_one(admin: User) -> None:
    holder("sysadmin", "adm2")
    mine = RoleHolding.objects.get(user=admin)
    with pytest.raises(holdings.RoleNotYoursToGive):
        holdings.end_role(holding_id=mine.pk, by=admin, now=clock())
    wanted = holdings.Wanted(admin.pk, "operator")
    assert not policy.decide(admin, "access.give_role", wanted)
