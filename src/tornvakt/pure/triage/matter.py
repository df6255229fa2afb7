"""One event with everything the rules may look at, and the answers several of them share."""

from dataclasses import dataclass, field, replace
from typing import Self

from tornvakt.pure.triage.history import History
from tornvakt.pure.triage.model import (
    LOG_PRIORITY,
    Decision,
    Note,
    Occurrence,
    Standing,
    StandingByKey,
    Verdict,
    agree,
    key_of,
    number,
)
from tornvakt.pure.triage.rules import Rules
from tornvakt.pure.triage.setting import Setting, plain_number

_PRIORITY_OF_ZONE = {"holdup": 1, "medical": 1}
"""What a zone is for decides when the code does not say: a hold-up zone's alarm is P1."""


@dataclass(frozen=True, slots=True)
class Matter:
    """An event beside all that is known of its account."""

    said: Occurrence
    """As the register completes it: kind and priority of a zone whose code says neither."""
    standing: StandingByKey
    setting: Setting
    history: History
    rules: Rules
    """With the place's own figures."""
    area: str
    """The panel's, else the register's."""
    key: str
    restored: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    codeword: str = field(default="")
    """System and code as the rules write them, such as "sia:BV"."""

    @classmethod
    def of(
        cls,
        occurrence: Occurrence,
        standing: StandingByKey,
        setting: Setting,
        history: History,
        rules: Rules,
    ) -> Self:
        """Bring together what is known."""
        said, notes = completed(occurrence, setting)
        restored: tuple[str, ...] = ()
        if said.restores:
            restored = tuple(a.key for a in standing.values() if _is_restored_by(a, said))
        return cls(
            said=said,
            standing=standing,
            setting=setting,
            history=history,
            rules=rules_at(occurrence, setting, rules),
            area=setting.area_of(said.zone, said.area, said.at),
            key=key_of(said),
            restored=restored,
            notes=notes,
            codeword=f"{said.system}:{said.code}",
        )

    @property
    def is_life(self) -> bool:
        """Whether a life may hang on it; a test covers it only when told so twice."""
        zone = self.setting.zone(self.said.zone, self.said.at) if self.said.zone else None
        kinds = {self.said.kind, zone.kind if zone else ""}
        return self.said.priority == 1 or not kinds.isdisjoint(self.rules.life_kinds)

    @property
    def is_trigger(self) -> bool:
        """Whether it is a zone that goes off, once more or for the first time."""
        return bool(number(self.said.zone)) and self.said.qualifier == "new"

    def seconds_since(self, alarm: Standing) -> int:
        """Return the age of an alarm, never below zero: two signals may share an instant."""
        return max(0, round((self.said.at - alarm.opened_at).total_seconds()))

    def area_of(self, alarm: Standing) -> str:
        """Return the area of a standing alarm, by the register when the panel named none."""
        return self.setting.area_of(alarm.zone, alarm.area, self.said.at)

    def is_of_area(self, alarm: Standing) -> bool:
        """Return whether an alarm may be of the event's area."""
        own = self.area_of(alarm)
        return agree(own, self.area) or agree(self.area, own)

    def decided(
        self, verdict: Verdict, rule: str, priority: int | None = None, notes: tuple[Note, ...] = ()
    ) -> Decision:
        """Return a decision about the event itself."""
        given = self.said.priority if priority is None else priority
        return Decision(
            verdict, rule, self.key, given, restored=self.restored, notes=(*self.notes, *notes)
        )

    def calm(self, rule: str, notes: tuple[Note, ...] = ()) -> Decision:
        """Return the decision about what calls for nobody: it ends, annotates or is logged."""
        if self.restored:
            return self.decided(Verdict.RESTORE, "restore", LOG_PRIORITY, notes)
        about = next((note for note in notes if note.key), None)
        if about is not None:
            decision = self.decided(Verdict.ANNOTATE, about.rule, LOG_PRIORITY, notes)
            return replace(decision, key=about.key)
        return self.decided(Verdict.LOG, rule, LOG_PRIORITY, notes)


def completed(occurrence: Occurrence, setting: Setting) -> tuple[Occurrence, tuple[Note, ...]]:
    """Return the event with the kind its zone has in the register, where the code says none."""
    if occurrence.kind not in ("", "unknown") or not occurrence.zone:
        return occurrence, ()
    zone = setting.zone(occurrence.zone, occurrence.at)
    if zone is None or not zone.kind or occurrence.priority == LOG_PRIORITY:
        return occurrence, ()
    priority = min(occurrence.priority, _PRIORITY_OF_ZONE.get(zone.kind, LOG_PRIORITY))
    note = Note("zone_kind", {"zone": plain_number(occurrence.zone), "kind": zone.kind})
    return replace(occurrence, kind=zone.kind, priority=priority), (note,)


def rules_at(occurrence: Occurrence, setting: Setting, rules: Rules) -> Rules:
    """Return the rules with the place's own figures at the time of the event."""
    return rules.with_own(setting.own_figures(occurrence.at)) if setting.own else rules


def _is_restored_by(alarm: Standing, said: Occurrence) -> bool:
    return (
        not alarm.is_restored
        and alarm.system == said.system
        and alarm.code in said.restores
        and agree(number(alarm.zone), number(said.zone))
        and agree(alarm.peripheral, said.peripheral)
        and agree(number(alarm.area), number(said.area))
    )
