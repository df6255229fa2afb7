"""Every transition of the table can be made by a verb, and no verb makes any other."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.integration.incidents.conftest import NOW, Open, after, logged
from tornvakt.base.access.models import User
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import DeskSeen, Incident, LogEntry
from tornvakt.domains.incidents.states import OVER, TRANSITIONS, State
from tornvakt.pure.facts import Refusal

Verb = Callable[[Incident, User, datetime], object]


def _joined(incident: Incident, by: User, now: datetime) -> object:
    # The first that was opened: its kind follows the more serious one that is joined into it.
    into = Incident.objects.exclude(pk=incident.pk).filter(closed_at=None).earliest("pk")
    return incidents.merge(
        incident_id=incident.pk, into_id=into.pk, by=by, reason="Samma sak", now=now
    )


def _woken(incident: Incident, _by: User, now: datetime) -> object:
    if not incidents.wake_waiting(now=now + timedelta(hours=2)):
        raise incidents.NotInThisState(State(incident.state))
    return None


def _verb(function: Callable[..., object], **values: Any) -> Verb:
    def do(incident: Incident, by: User, now: datetime) -> object:
        given = {name: value(now) if callable(value) else value for name, value in values.items()}
        return function(incident_id=incident.pk, by=by, now=now, **given)

    return do


VERBS: dict[str, tuple[Verb, frozenset[tuple[State, State]]]] = {
    "take": (_verb(incidents.take), frozenset({(State.NEW, State.IN_PROGRESS)})),
    "give_back": (
        _verb(incidents.give_back),
        frozenset(
            {(State.IN_PROGRESS, State.NEW), (State.WAITING, State.NEW)}
            # A unit is out: the state stays, only the owner goes.
            | {(s, s) for s in (State.DISPATCHED, State.ON_SCENE, State.RESOLVED)}
        ),
    ),
    "dispatch": (
        _verb(incidents.mark_dispatched, who="V1"),
        frozenset({(State.IN_PROGRESS, State.DISPATCHED)}),
    ),
    "arrive": (
        _verb(incidents.mark_on_scene),
        frozenset({(State.DISPATCHED, State.ON_SCENE)}),
    ),
    "recall": (
        _verb(incidents.recall, reason="Fel adress"),
        frozenset({(State.DISPATCHED, State.IN_PROGRESS)}),
    ),
    "wait": (
        _verb(incidents.wait, reason="Låssmed", until=lambda now: now + timedelta(hours=1)),
        frozenset(
            (s, State.WAITING) for s in (State.IN_PROGRESS, State.DISPATCHED, State.ON_SCENE)
        ),
    ),
    "wake": (_woken, frozenset({(State.WAITING, State.IN_PROGRESS)})),
    "resume": (
        _verb(incidents.resume),
        frozenset((s, State.IN_PROGRESS) for s in (State.WAITING, State.RESOLVED)),
    ),
    "resolve": (
        _verb(incidents.resolve),
        frozenset((s, State.RESOLVED) for s in (State.IN_PROGRESS, State.ON_SCENE)),
    ),
    "close": (
        _verb(incidents.close, result="test", skip_reason="prov"),
        frozenset((s, State.CLOSED) for s in (State.IN_PROGRESS, State.ON_SCENE, State.RESOLVED)),
    ),
    "cancel": (
        _verb(incidents.cancel, reason="Misstag"),
        frozenset((s, State.CANCELLED) for s in (State.NEW, State.IN_PROGRESS)),
    ),
    "undo_cancel": (
        _verb(incidents.undo_cancel, reason="Inget misstag"),
        frozenset({(State.CANCELLED, State.NEW)}),
    ),
    "merge": (_joined, frozenset((s, State.MERGED) for s in (State.NEW, State.IN_PROGRESS))),
    "undo_merge": (
        _verb(incidents.undo_merge, reason="Olika saker"),
        frozenset({(State.MERGED, State.NEW)}),
    ),
}
"""Each verb and what it does to the state of an incident its doer owns (or that nobody has)."""

PATHS: dict[State, tuple[str, ...]] = {
    State.NEW: (),
    State.IN_PROGRESS: ("take",),
    State.DISPATCHED: ("take", "dispatch"),
    State.ON_SCENE: ("take", "dispatch", "arrive"),
    State.WAITING: ("take", "wait"),
    State.RESOLVED: ("take", "resolve"),
    State.CLOSED: ("take", "close"),
    State.MERGED: ("merge",),
    State.CANCELLED: ("cancel",),
}


def test_the_verbs_make_every_transition_of_the_table() -> None:
    made = {pair for _, pairs in VERBS.values() for pair in pairs if pair[0] != pair[1]}
    # Closing goes by way of dealt with.
    through = {(state, State.CLOSED) for state in (State.IN_PROGRESS, State.ON_SCENE)}
    table = {(state, to) for state, ways in TRANSITIONS.items() for to in ways}
    assert made - through == table
    assert set(PATHS) == set(State)


@pytest.mark.parametrize("state", list(State))
def test_a_verb_does_what_the_table_says_and_is_refused_elsewhere(
    state: State, open_one: Open, leader: User
) -> None:
    into = open_one(kind="fire", priority=3)  # what it can be joined with
    for verb, (act, pairs) in VERBS.items():
        incident = open_one()
        for step in PATHS[state]:
            VERBS[step][0](incident, leader, after(10))
        incident.refresh_from_db()
        assert incident.state == state
        before = Incident.objects.filter(pk=incident.pk).values().get()
        lines, entries = LogEntry.objects.count(), len(logged())
        leads_to = {to for origin, to in pairs if origin == state}
        if leads_to:
            act(incident, leader, after(20))
            incident.refresh_from_db()
            assert {incident.state} == leads_to, verb
            assert LogEntry.objects.count() > lines, verb
            assert len(logged()) > entries, verb
        else:
            with pytest.raises(Refusal):
                act(incident, leader, after(20))
            assert Incident.objects.filter(pk=incident.pk).values().get() == before, verb
            assert LogEntry.objects.count() == lines, verb
            assert len(logged()) == entries, verb
        # Out of the way of the next verb, whose clock wakes everything that waits.
        Incident.objects.filter(pk=incident.pk, state=State.WAITING).update(wakes_at=after(10**9))
    assert Incident.objects.get(pk=into.pk).closed_at is None


def test_closed_is_closed_and_gone_on_with_once_as_a_new_incident(
    open_one: Open, operator: User, other: User
) -> None:
    incident = open_one()
    for verb in PATHS[State.CLOSED]:
        VERBS[verb][0](incident, operator, after(5))
    fresh = incidents.reopen(incident_id=incident.pk, by=other, reason="Larmar igen", now=after(9))
    incident.refresh_from_db()
    assert (incident.state, incident.closed_at) == ("closed", after(5))
    assert (fresh.state, fresh.taken_by, fresh.reopens, fresh.opened_at) == (
        "in_progress", other, incident, after(9),
    )  # fmt: skip
    assert (fresh.kind, fresh.instruction_id) == (incident.kind, incident.instruction_id)
    with pytest.raises(incidents.AlreadyGoneOnWith):
        incidents.reopen(incident_id=incident.pk, by=operator, reason="Jag med", now=after(10))
    assert Incident.objects.count() == 2


def test_a_clock_nobody_stamped_is_unknown_and_never_zero(open_one: Open, operator: User) -> None:
    incident = open_one()
    incidents.take(incident_id=incident.pk, by=operator, now=after(12))
    incidents.give_back(incident_id=incident.pk, by=operator, now=after(13))
    incidents.take(incident_id=incident.pk, by=operator, now=after(50))
    incidents.mark_dispatched(incident_id=incident.pk, by=operator, who="V1", now=after(60))
    view = selectors.incident(operator, incident.number, after(70))
    assert view is not None
    assert [(clock.name, clock.after_s) for clock in view.clocks] == [
        ("received", 0.0),
        ("taken", 12.0),  # the wait was over when somebody first took it
        ("dispatched", 60.0),
        ("on_scene", None),
        ("resolved", None),
        ("closed", None),
    ]
    assert view.row.waiting_s(after(70)) == 12.0


class Desk(RuleBasedStateMachine):
    """Two operators and a shift leader do whatever they like to one incident, in any order."""

    people: tuple[User, ...] = ()
    open_one: Open

    @initialize()
    def begin(self) -> None:
        self.incident = self.open_one()
        self.now = NOW

    @rule(verb=st.sampled_from(sorted(set(VERBS) - {"merge", "undo_merge"})), who=st.integers(0, 2))
    def act(self, verb: str, who: int) -> None:
        before = Incident.objects.get(pk=self.incident.pk)
        self.now += timedelta(seconds=1)
        by = self.people[who]
        try:
            with transaction.atomic():
                VERBS[verb][0](before, by, self.now)
        except Refusal:
            after_it = Incident.objects.get(pk=self.incident.pk)
            assert (after_it.state, after_it.version) == (before.state, before.version)
            return
        self._judge(verb, before, by)

    @rule(who=st.integers(0, 2))
    def take_over(self, who: int) -> None:
        before = Incident.objects.get(pk=self.incident.pk)
        by = self.people[who]
        try:
            incidents.take_over(incident_id=before.pk, by=by, reason="Byte", now=self.now)
        except Refusal:
            assert before.taken_by in (None, by) or before.closed_at is not None
            return
        assert before.taken_by not in (None, by)
        assert Incident.objects.get(pk=before.pk).taken_by == by

    @rule()
    def all_desks_are_gone(self) -> None:
        before = Incident.objects.get(pk=self.incident.pk)
        self.now += timedelta(minutes=10)
        seen = {person.pk: NOW - timedelta(hours=1) for person in self.people}
        incidents.release_gone(now=self.now, desk_seen=seen)
        now = Incident.objects.get(pk=self.incident.pk)
        if before.state in (State.WAITING, *OVER):
            assert (now.state, now.taken_by) == (before.state, before.taken_by)
        else:
            assert now.taken_by is None

    def _judge(self, verb: str, before: Incident, by: User) -> None:
        now = Incident.objects.get(pk=self.incident.pk)
        pair = (State(before.state), State(now.state))
        allowed = set(VERBS[verb][1])
        if before.taken_by is None:
            # Taken while a unit was out, or woken while nobody had it.
            allowed |= {(s, s) for s in State if s not in OVER} if verb == "take" else set()
            allowed |= {(State.WAITING, State.NEW)} if verb == "wake" else set()
        assert pair in allowed, (verb, pair)
        if before.taken_by is not None and verb not in ("wake", "give_back"):
            assert before.taken_by == by, f"{verb} by somebody who did not have it"

    @invariant()
    def the_row_agrees_with_itself(self) -> None:
        if not hasattr(self, "incident"):
            return
        row = Incident.objects.get(pk=self.incident.pk)
        assert (row.closed_at is not None) == (row.state in OVER)
        assert (row.wakes_at is not None) == (row.state == State.WAITING)
        if row.state == State.NEW:
            assert row.taken_by is None
        if row.state in (State.IN_PROGRESS, State.CLOSED):
            assert row.taken_by is not None


def test_no_order_of_acts_leads_outside_the_table(
    open_one: Open, operator: User, other: User, leader: User
) -> None:
    Desk.people = (operator, other, leader)
    Desk.open_one = staticmethod(open_one)  # type: ignore[assignment]
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert DeskSeen.objects.count() == 0
