"""What one transaction of the forwarder knows and makes. A constant number of queries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tornvakt.base.inbox.entries import Entry
from tornvakt.domains.alarms.models import Notice, Signal, SignalEvent
from tornvakt.domains.alarms.selectors import RulesOverTime, rules_between
from tornvakt.domains.alarms.services.memory import Memory
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.alarms.words import clean
from tornvakt.domains.sites.models import Site, Transmitter
from tornvakt.domains.sites.selectors import settings_of, transmitters_of
from tornvakt.pure.instants import EPOCH, instant
from tornvakt.pure.protocols.reading import Reading
from tornvakt.pure.triage import OWN_ACCOUNT, Setting
from tornvakt.pure.triage.setting import NOTHING_KNOWN

ACCOUNT_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry of the inbox with what was read from its bytes."""

    entry: Entry
    reading: Reading | None = None
    """None for a notice of the receiver, which has no frame."""
    token: str = ""
    sequence: str = ""


@dataclass(slots=True)
class Batch:
    """The alarms, the register, the rules and the memory beside what comes in."""

    standing: StandingAlarms
    memory: Memory
    transmitters: dict[str, Transmitter]
    settings: dict[str, Setting]
    rules: RulesOverTime
    is_enrolled: Callable[[str], bool]
    signals: list[Signal] = field(default_factory=list)
    events: list[SignalEvent] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def is_known(self, account: str) -> bool:
        """Return whether anybody knows an account: the register, the house, or the receiver."""
        is_ours = account in self.transmitters or account == OWN_ACCOUNT
        return is_ours or self.is_enrolled(account)

    def setting(self, account: str) -> Setting:
        """Return what the register says of an account."""
        return self.settings.get(account, NOTHING_KNOWN)

    def site_of(self, account: str, at: datetime) -> Site | None:
        """Return the place an account's transmitter stood at; None for one of no place."""
        transmitter = self.transmitters.get(account)
        if transmitter is None:
            return None
        site_id = self.setting(account).site_at(at)
        if site_id in (None, transmitter.site_id):
            return transmitter.site
        return Site.objects.get(pk=site_id)  # moved since: it was sent before, and judged after

    def store(self) -> None:
        """Write everything, and announce what happened to the alarms."""
        self.standing.store()
        self.memory.store()
        Signal.objects.bulk_create(self.signals)
        SignalEvent.objects.bulk_create(self.events)
        Notice.objects.bulk_create(self.notices)
        self.standing.announce()


def open_batch(arrivals: Sequence[Arrival], is_enrolled: Callable[[str], bool]) -> Batch:
    """Read what is known of the accounts of a batch, as it was while the entries came."""
    accounts = {account_of(arrival.entry) for arrival in arrivals}
    times = [instant(arrival.entry.at_us) for arrival in arrivals] or [EPOCH]
    first, last = min(times), max(times)
    transmitters = transmitters_of(accounts)
    return Batch(
        standing=StandingAlarms(accounts),
        memory=Memory(accounts),
        transmitters=transmitters,
        settings=settings_of(transmitters, first, last),
        rules=rules_between(first, last),
        is_enrolled=is_enrolled,
    )


def account_of(entry: Entry) -> str:
    """Return the account of an entry as it is stored."""
    return clean(entry.account, ACCOUNT_LENGTH)
