"""Frozen pictures of the work on an incident: action card, call list, what stands nearby, clocks.

Instants are UTC. Words chosen from a code are in the active language; what people wrote is given
as it was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the action card."""

    key: str
    text: str
    help: str
    kind: str
    """What it asks for: "do", "call" or "ask"."""
    answers: Sequence[str]
    """What can be answered to an "ask"; empty for the others."""
    state: str
    """"current" (the one to do now), "ahead", "done" or "skipped"."""
    answer: str
    reason: str
    """Why it was skipped."""
    at: datetime | None
    by_call_name: str
    due_at: datetime | None
    """When it should be done; None when it has no deadline."""

    def is_late(self, now: datetime) -> bool:
        """Return whether it was done, or still waits, after its deadline."""
        return self.due_at is not None and (self.at or now) > self.due_at


@dataclass(frozen=True, slots=True)
class ActionCard:
    """The instruction of an incident (åtgärdskort) as it was when it opened, and how far it is."""

    title: str
    version: int
    is_default: bool
    """Nobody has written one for this object; it is the one every object of the kind gets."""
    steps: Sequence[StepView]
    """On the path taken: of a branching card only the branch that was answered."""
    left: int
    """Steps neither done nor skipped. Closing needs none, or one reason for all of them."""

    @property
    def current(self) -> StepView | None:
        """Return the step to do now; None when all are done."""
        return next((step for step in self.steps if step.state == "current"), None)


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try to ring somebody."""

    at: datetime
    by_call_name: str
    name: str
    phone: str
    outcome: str
    outcome_label: str
    note: str


@dataclass(frozen=True, slots=True)
class CalleeView:
    """Somebody to ring: of the site's call list, or on call."""

    keyholder_id: int | None
    duty_turn_id: int | None
    order: int
    name: str
    role: str
    phones: Sequence[str]
    is_within_hours: bool
    may_cancel: bool
    """May call off the alarm, with the code word."""
    attempts: Sequence[AttemptView]
    is_next: bool
    """The one to ring now, by the rule of `calling.py`. A proposal: nothing rings by itself."""


@dataclass(frozen=True, slots=True)
class CallList:
    """Whom to ring, in order, and how it has gone."""

    callees: Sequence[CalleeView]
    on_call: Sequence[CalleeView]
    """Rung when the list has come to its end: TiB first."""
    attempts: Sequence[AttemptView]
    """All of them, the oldest first."""
    is_answered: bool
    """Somebody has been reached since the incident opened, so nobody is proposed."""
    is_exhausted: bool
    """Everybody within hours has been tried, and those on call too: say so to the shift leader."""

    @property
    def next(self) -> CalleeView | None:
        """Return whom to ring now; None when somebody was reached or nobody is left."""
        return next((each for each in (*self.callees, *self.on_call) if each.is_next), None)


@dataclass(frozen=True, slots=True)
class FileView:
    """A file somebody put on the incident."""

    id: int
    """Its id here; the address of the file is made of it."""
    name: str
    kind: str
    """What it is, by its content: "image/jpeg", "application/pdf" or "text/plain"."""
    size: int
    at: datetime
    by_call_name: str


@dataclass(frozen=True, slots=True)
class DuplicateView:
    """An open incident that may be the same thing. Never joined by itself."""

    id: int
    number: str
    title_sv: str
    title_en: str
    place: str
    priority: int
    opened_at: datetime
    owner_call_name: str
    distance_m: int | None
    """None when it is the same object."""
    apart_s: int
    """Between the openings of the two, in seconds."""

    def title(self, language: str) -> str:
        """Return the title in "sv" or "en"."""
        return self.title_en if language.startswith("en") else self.title_sv


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """What happened here before: same object, or within 100 m, in the last 90 days."""

    number: str
    title_sv: str
    title_en: str
    place: str
    opened_at: datetime
    state: str
    result: str
    result_label: str
    """Empty while it is open."""
    cause_label: str
    distance_m: int | None
    """None when it is the same object."""

    def title(self, language: str) -> str:
        """Return the title in "sv" or "en"."""
        return self.title_en if language.startswith("en") else self.title_sv


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """An incident that belongs together with this one."""

    number: str
    title_sv: str
    title_en: str
    relation: str
    """"joined" (it was joined with this one), "joined_into" (this one went into it), "goes_on"
    (this one goes on with it), "went_on" (it goes on with this one)."""
    opened_at: datetime
    state: str

    def title(self, language: str) -> str:
        """Return the title in "sv" or "en"."""
        return self.title_en if language.startswith("en") else self.title_sv


@dataclass(frozen=True, slots=True)
class HandOverView:
    """Who outside the house was given it, and under which number they have it."""

    at: datetime
    by_call_name: str
    to: str
    to_label: str
    answered_by: str
    case_number: str


@dataclass(frozen=True, slots=True)
class CallView:
    """A telephone call that belongs to the incident."""

    id: int
    at: datetime
    by_call_name: str
    phone: str
    kind: str
    kind_label: str
    route: str
    route_label: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class WaitView:
    """What a waiting incident waits for, and until when."""

    reason: str
    wakes_at: datetime


@dataclass(frozen=True, slots=True)
class ClockView:
    """One of the incident's clocks: the instant, and the seconds since it opened."""

    name: str
    """"received", "taken", "dispatched", "on_scene", "resolved" or "closed"."""
    at: datetime | None
    """None: unknown, or not yet. Never zero."""
    after_s: float | None


@dataclass(frozen=True, slots=True)
class SkippedStep:
    """A step somebody skipped, for the shift leader."""

    id: int
    number: str
    title_sv: str
    title_en: str
    text: str
    reason: str
    at: datetime
    by_call_name: str

    def title(self, language: str) -> str:
        """Return the incident's title in "sv" or "en"."""
        return self.title_en if language.startswith("en") else self.title_sv


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who has a duty now."""

    turn_id: int
    role: str
    role_name: str
    person: str
    phone: str
    until: datetime


@dataclass(frozen=True, slots=True)
class May:
    """What the viewer may do with the incident as it stands now."""

    take: bool
    take_over: bool
    give_back: bool
    note: bool
    tick: bool
    record_attempt: bool
    attach: bool
    edit: bool
    hand_over: bool
    dispatch: bool
    arrive: bool
    recall: bool
    wait: bool
    resume: bool
    resolve: bool
    merge: bool
    undo_merge: bool
    cancel: bool
    undo_cancel: bool
    reopen: bool
    close: bool
