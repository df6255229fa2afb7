"""Decisions carried out without a database: what the replay of a day and the tests stand on.

The database's own version is `domains.alarms.services.standing`; a test carries the same signals
through both and compares.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tornvakt.pure.triage.deciding import decide, remembered
from tornvakt.pure.triage.history import History
from tornvakt.pure.triage.matter import completed, rules_at
from tornvakt.pure.triage.model import (
    OWN_ACCOUNT,
    Decision,
    Note,
    Occurrence,
    Standing,
    Verdict,
)
from tornvakt.pure.triage.rules import DEFAULT, Rules
from tornvakt.pure.triage.setting import NOTHING_KNOWN, Setting


@dataclass(slots=True)
class Ledger:
    """One account: the alarms that stand, and what it said lately."""

    account: str = ""
    standing: dict[str, Standing] = field(default_factory=dict)
    history: History = field(default_factory=History)
    technical: list[Note] = field(default_factory=list)
    """Technical alarms that stand, each once."""

    def take(
        self,
        occurrences: Sequence[Occurrence],
        at: datetime,
        setting: Setting = NOTHING_KNOWN,
        rules: Rules = DEFAULT,
    ) -> list[Decision]:
        """Judge one signal's events in their order, and carry the decisions out."""
        if is_remembered(self.account, occurrences):
            self.history = heard(self.history, occurrences, at, setting, rules)
        return [self._take(each, setting, rules) for each in occurrences]

    def close(self, keys: Iterable[str]) -> None:
        """Let go of alarms that an operator has closed."""
        for key in keys:
            self.standing.pop(key, None)

    def _take(self, said: Occurrence, setting: Setting, rules: Rules) -> Decision:
        decision = decide(said, self.standing, setting, self.history, rules)
        self.history = remembered(self.history, said, decision, setting, rules)
        self.standing |= carried_out(self.standing, said, decision, setting)
        known = {note.key for note in self.technical}
        self.technical += [note for note in decision.technical if note.key not in known]
        return decision


def is_remembered(account: str, occurrences: Sequence[Occurrence]) -> bool:
    """Return whether a history is kept: not of strangers, and not of the installation itself."""
    return account != OWN_ACCOUNT and all(each.is_known for each in occurrences)


def heard(
    history: History,
    occurrences: Sequence[Occurrence],
    at: datetime,
    setting: Setting,
    rules: Rules,
) -> History:
    """Return the history with a signal more, counted by the place's own figures."""
    own = rules_at(occurrences[0], setting, rules) if occurrences else rules
    return history.after_signal(at, own)


def carried_out(
    standing: Mapping[str, Standing], said: Occurrence, decision: Decision, setting: Setting
) -> dict[str, Standing]:
    """Return the alarms that a decision makes or changes, by key."""
    changed = {key: replace(standing[key], is_restored=True) for key in decision.restored}
    if decision.verdict is Verdict.RAISE:
        whole, _ = completed(said, setting)
        changed[decision.key] = Standing(
            key=decision.key,
            system=said.system,
            code=said.code,
            zone=said.zone,
            area=said.area,
            peripheral=said.peripheral,
            kind=whole.kind,
            priority=decision.priority,
            opened_at=said.at,
        )
    if decision.verdict is Verdict.JOIN:
        again = changed.get(decision.key) or standing[decision.key]
        changed[decision.key] = replace(again, is_restored=False)
    for note in decision.notes:
        key = note.key or decision.key
        alarm = changed.get(key) or standing.get(key)
        if alarm is not None:
            changed[key] = after_note(alarm, note)
    return changed


def after_note(alarm: Standing, note: Note) -> Standing:
    """Return an alarm with what a rule found about it."""
    return replace(
        alarm,
        priority=note.priority or alarm.priority,
        is_cancelled=note.rule in CANCELS
        or (alarm.is_cancelled and note.rule not in {*CONFIRMS, "more_serious"}),
        is_confirmed=alarm.is_confirmed or note.rule in CONFIRMS,
    )


CANCELS = frozenset({"cancel"})
CONFIRMS = frozenset({"confirmed", "confirms", "confirmed_by_panel"})
"""Notes that change what an alarm is, beside its priority."""
