"""What the selectors hand to the doors: frozen pictures of incidents, alarms and signals.

Instants are UTC; a door turns them into the viewer's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tornvakt.domains.incidents.cards import (
    ActionCard,
    CallList,
    CallView,
    ClockView,
    DuplicateView,
    FileView,
    HandOverView,
    HistoryRow,
    LinkedRow,
    May,
    WaitView,
)
from tornvakt.domains.incidents.models import LogEntry
from tornvakt.domains.incidents.sentences import rule_name, sentence
from tornvakt.domains.sites.selectors import KeyView, PlanView, TestView, WarningView


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One incident as a row of the queue. Instants are UTC."""

    id: int
    number: str
    priority: int
    kind: str
    title_sv: str
    title_en: str
    place: str
    """The site's name; empty when nobody knows the place, and then the account says who it is."""
    account: str
    district: str
    is_fictional: bool
    state: str
    version: int
    opened_at: datetime
    owner_id: int | None
    owner_call_name: str
    taken_at: datetime | None
    closed_at: datetime | None
    alarm_count: int
    signal_count: int
    last_signal_at: datetime
    restored_at: datetime | None
    target_s: int
    origin: str = "alarm"
    """"alarm", "call" or "operator"."""
    first_taken_at: datetime | None = None
    escalated_at: datetime | None = None
    """When it was told on because nobody took it."""
    waiting_for: str = ""
    wakes_at: datetime | None = None
    result: str = ""
    """The code of how it ended; empty while it is open, and when it was joined or cancelled."""
    latitude: float | None = None
    longitude: float | None = None
    """Where it is, WGS 84: the point somebody gave, else its object's; None when nobody knows."""
    accuracy_m: int | None = None
    """How far off the point may be, when somebody has said."""
    is_of_many: bool = False
    """Whether it gathers many places by a common cause, and stands for all of them."""
    closed_by_call_name: str = ""

    def title(self, language: str) -> str:
        """Return the title in "sv" or "en"."""
        return self.title_en if language.startswith("en") else self.title_sv

    def waiting_s(self, now: datetime) -> float:
        """Return how long it waited to be taken, or has waited until now, in seconds."""
        return ((self.first_taken_at or self.taken_at or now) - self.opened_at).total_seconds()

    def is_over(self, now: datetime) -> bool:
        """Return whether it was, or is, taken later than its priority allows."""
        return self.waiting_s(now) > self.target_s


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline, with its words in either language."""

    id: int
    at: datetime
    kind: str
    actor_call_name: str
    text: str
    rule: str
    row: LogEntry

    def sentence(self, language: str) -> str:
        """Return what happened, in words."""
        return sentence(self.row, language)

    def rule_name(self, language: str) -> str:
        """Return the rule of triage behind it; empty when a person did it."""
        return rule_name(self.rule, language) if self.rule else ""


@dataclass(frozen=True, slots=True)
class RawSignal:
    """A signal as it came in, for the view one key away."""

    id: int
    entry_id: int
    account: str
    received_at: datetime
    stored_at: datetime
    message_at: datetime | None
    token: str
    sequence: str
    path: str
    raw: str
    """The bytes as Latin-1 text, so that every byte is one character."""
    plain: str
    flags: Sequence[str]
    extended: Sequence[object]
    is_set_aside: bool


@dataclass(frozen=True, slots=True)
class AlarmView:
    """An alarm of an incident with its newest raw signals."""

    id: int
    account: str
    kind: str
    priority: int
    code_system: str
    code: str
    zone: str
    area: str
    notice: str
    params: dict[str, object]
    title_sv: str
    title_en: str
    state: str
    opened_at: datetime
    restored_at: datetime | None
    signal_count: int
    last_signal_at: datetime
    signals: Sequence[RawSignal]

    def title(self, language: str) -> str:
        """Return the title in "sv" or "en"."""
        return self.title_en if language.startswith("en") else self.title_sv


@dataclass(frozen=True, slots=True)
class Choice:
    """A code to choose and its words in the active language."""

    code: str
    label: str
    goes_with: Sequence[str] = ()
    """Codes of another choice that it goes with; empty for one that stands by itself."""


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Everything the incident's own pane shows."""

    row: QueueRow
    address: str
    site_kind: str
    site_id: int | None
    site_number: str
    access_text: str
    site_phone: str
    latitude: float | None
    longitude: float | None
    entries: Sequence[TimelineEntry]
    alarms: Sequence[AlarmView]
    results: Sequence[Choice]
    causes: Sequence[Choice]
    result: str
    cause: str
    summary: str
    closed_by_call_name: str
    clocks: Sequence[ClockView]
    """In the order of the day; one that nobody knows has no instant."""
    card: ActionCard | None
    """None for an incident from before there were action cards."""
    calling: CallList
    warnings: Sequence[WarningView]
    keys: Sequence[KeyView]
    plans: Sequence[PlanView]
    tests: Sequence[TestView]
    files: Sequence[FileView]
    duplicates: Sequence[DuplicateView]
    history: Sequence[HistoryRow]
    linked: Sequence[LinkedRow]
    calls: Sequence[CallView]
    hand_overs: Sequence[HandOverView]
    waiting: WaitView | None
    may: May
    may_take: bool
    may_note: bool
    may_give_back: bool
    may_close: bool


@dataclass(frozen=True, slots=True)
class LogRow:
    """Something that calls for nobody (P4): on and off, tests, restores without an alarm."""

    id: int
    at: datetime
    account: str
    """Whose; empty or our own for what the house noted itself."""
    place: str
    """The site's name; empty when nobody knows the place."""
    title_sv: str
    title_en: str
    code: str = ""
    zone: str = ""
    is_test: bool = False

    def title(self, language: str) -> str:
        """Return the title in "sv" or "en"."""
        return self.title_en if language.startswith("en") else self.title_sv
