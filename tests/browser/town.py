"""A small town for the browser tests, in a process of its own.

The tests drive a browser synchronously and the web runs as a real server; this process plays the
rest of the house: it carries signals into the database by the same services as the worker, and
keeps the signs of life of receiver and worker fresh. One JSON command a line in, one answer out.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")
PASSWORD = "sju langa ord om hosten"
SITES = (
    ("4417", "Äldreboende Södra Långgatan", "Södra Långgatan 40, plan 2", "Kvarnholmen", "vård"),
    ("8803", "Falkenbergsskolan", "Falkenbergsvägen 2", "Malmen", "skola"),
    ("8810", "Sporthall, Lindsdal", "Förlösavägen 10", "Lindsdal", "idrott"),
    ("8811", "Mötesplats Berga", "Bergavägen 1", "Berga", "mötesplats"),
    ("8812", "Tallhagsskolan, huvudbyggnad", "Tallhagsvägen 4", "Tallhagen", "skola"),
    ("8813", "Tillagningskök, Funkaboskolan", "Ståthållaregatan 8", "Funkabo", "kök"),
    ("8814", "Bibliotek, Norrliden", "Norrlidsvägen 3", "Norrliden", "bibliotek"),
)
ZONES = {"1": "entré", "2": "korridor", "3": "nattpersonal", "4": "gymnastiksal"}
CARD = [
    {"key": "ring", "text": "Ring skolan", "help": "Fråga om någon arbetar sent", "deadline_s": 60},
    {
        "key": "svar",
        "text": "Svarade någon?",
        "kind": "ask",
        "answers": [
            {"label": "Ja", "goto": "kod"},
            {"label": "Nej", "goto": "skicka"},
        ],
    },
    {"key": "kod", "text": "Be om kodordet", "goto": "end"},
    {"key": "skicka", "text": "Skicka väktare"},
    {"key": "nyckel", "text": "Säg vilken nyckel", "help": "B7, skåp 2"},
]


class SignsOfLife(threading.Thread):
    """Writes the status files of receiver and worker twice a second, unless told not to."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.receiver: dict[str, Any] | None = {"state": "ok", "free_low": False, "pulse": 1}
        self.worker: dict[str, Any] | None = {"cursor": 0, "backlog": 0, "pulse": 1}

    def write(self) -> None:
        """Write what is to be written now."""
        from django.conf import settings

        from tornvakt.base.facts import pulse
        from tornvakt.base.inbox.paths import DataDir

        data = DataDir(settings.DATA)
        for path, status in (
            (data.status, self.receiver),
            (data.logs / "worker.status", self.worker),
        ):
            if status is not None:
                text = json.dumps({"at": time.time(), **status})
                path.write_text(text.ljust(4095) + "\n")
        if self.worker is not None and "at" not in self.worker:
            now = datetime.now(UTC)
            pulse.carry(number=int(time.time()), received_at=now, now=now)

    def run(self) -> None:
        """Go on until the process ends."""
        while True:
            self.write()
            time.sleep(0.5)


class Town:
    """What the tests can make happen."""

    def __init__(self) -> None:
        self.signs = SignsOfLife()
        self.entry = 0

    _stranded = 0

    def build(self) -> dict[str, Any]:
        """Make the tables, two operators, a shift leader and seven places."""
        from django.conf import settings
        from django.core.management import call_command

        from tornvakt.base.inbox.paths import DataDir

        DataDir(settings.DATA).create()
        call_command("migrate", verbosity=0)
        from tornvakt.base.access import services as access
        from tornvakt.domains.alarms import services as alarms
        from tornvakt.domains.alarms.models import RuleSet
        from tornvakt.domains.sites import services as sites

        for name, role, call_name in (
            ("operator1", "operator", "Op 1"),
            ("operator2", "operator", "Op 2"),
            ("skiftledare1", "shift_leader", "SL 1"),
        ):
            access.create_user(username=name, role=role, call_name=call_name, password=PASSWORD)
        customer = sites.add_customer(name="Kalmar kommun")
        for place, (account, name, address, district, kind) in enumerate(SITES):
            site = sites.add_site(
                customer=customer,
                name=name,
                kind=kind,
                address=address,
                district=district,
                latitude=56.66 + place / 100,
                longitude=16.36,
                is_fictional=True,
            )
            transmitter = sites.add_transmitter(site=site, account=account)
            for number, zone in ZONES.items():
                sites.add_zone(transmitter=transmitter, number=number, name=zone)
        # Every test uses the same few places: nothing here may count as one zone gone wild.
        RuleSet.objects.create(
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            version="town",
            content={"swinger_alarms": 100, "runaway_signals": 1000, "confirm_within_s": 0},
        )
        alarms.adopt(
            genesis={"installation": "town"},
            entry_at=lambda _number: None,
            now=datetime.now(UTC),
        )
        self.signs.write()
        self.signs.start()
        return {}

    def furnish(self, account: str) -> dict[str, Any]:
        """Give a place what an operator needs: keyholders, a warning, a key, a card of its own."""
        from tornvakt.domains.sites import services as sites
        from tornvakt.domains.sites.models import Transmitter
        from tornvakt.domains.sites.services.people import KeyholderDraft
        from tornvakt.pure.instructions import parse

        now = datetime.now(UTC)
        site = Transmitter.objects.get(account=account).site
        if site.keyholders.exists():
            return {}
        for number, may_cancel in ((1, False), (2, True), (3, False)):
            draft = KeyholderDraft(
                name=f"Nyckelhavare {number}",
                role="vaktmästare",
                phone=f"0980-31 92 0{number}",
                may_cancel=may_cancel,
            )
            sites.add_keyholder(site_id=site.pk, draft=draft, by=None, at=now)
        sites.warn(site_id=site.pk, text="Hund på gården nattetid.", by=None, at=now)
        sites.add_key(site_id=site.pk, number="B7", kept="skåp 2", note="Hiss", by=None, at=now)
        sites.write_instruction(
            site_id=site.pk,
            kind="burglary",
            title="Inbrott, skola",
            steps=parse(CARD),
            by=None,
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        return {}

    def on_call(self, person: str) -> dict[str, Any]:
        """Put somebody on call from now until tomorrow."""
        from datetime import timedelta

        from tornvakt.domains.incidents import services
        from tornvakt.domains.incidents.models import DutyTurn

        now = datetime.now(UTC)
        DutyTurn.objects.filter(starts_at__gte=now).delete()
        DutyTurn.objects.filter(ends_at__gt=now).update(ends_at=now)
        services.add_duty_role(code="tib", name="Tjänsteman i beredskap", order=1, by=None, now=now)
        services.add_turn(
            role_code="tib",
            person=person,
            phone="0980-31 92 90",
            starts_at=now,
            ends_at=now + timedelta(hours=12),
            by=None,
            now=now,
        )
        return {}

    def test_mode(self, account: str, hours: float = 1.0) -> dict[str, Any]:
        """Put a place on test."""
        from datetime import timedelta

        from tornvakt.domains.sites import services as sites
        from tornvakt.domains.sites.models import Transmitter

        now = datetime.now(UTC)
        site = Transmitter.objects.get(account=account).site
        sites.start_test(
            site_id=site.pk,
            ends_at=now + timedelta(hours=hours),
            reason="Årlig provning",
            by=None,
            at=now,
        )
        return {}

    def hire(self, username: str, call_name: str) -> dict[str, Any]:
        """Make another operator, for one test."""
        from tornvakt.base.access import services

        services.create_user(
            username=username, role="operator", call_name=call_name, password=PASSWORD
        )
        return {}

    def lay(self, name: str, text: str) -> dict[str, Any]:
        """Put a file in the map folder; without a name, empty it."""
        from django.conf import settings

        folder = settings.DATA / "karta"
        folder.mkdir(exist_ok=True)
        if name:
            (folder / name).write_text(text)
        else:
            for file in folder.iterdir():
                file.unlink()
        return {}

    def staff(self, suffix: str) -> dict[str, Any]:
        """Make an administrator and a data protection officer, a right and a sample of the log."""
        from datetime import timedelta

        from tornvakt.base.access import grants, services
        from tornvakt.base.access.models import User
        from tornvakt.base.reviews import services as reviews

        now, day = datetime.now(UTC), timedelta(days=1)
        admin, officer = (
            services.create_user(
                username=f"{role}.{suffix}",
                role=role,
                call_name=f"{role} {suffix}",
                password=PASSWORD,
            )
            for role in ("sysadmin", "dpo")
        )
        guest = User.objects.get(username="operator2")
        grants.give(
            user=guest,
            action="sites.view",
            on=("site", f"OBJ-{suffix.upper()}"),
            since=now,
            until=now + 30 * day,
            why="Byter larmsändaren",
            by=admin,
            now=now,
        )
        sample = reviews.draw(
            room="LARM", since=now - day, until=now + day, many=3, by=officer, now=now
        )
        return {"person": guest.pk, "sample": sample.pk}

    def dismiss(self, username: str) -> dict[str, Any]:
        """Take every role from a person."""
        from django.db import transaction

        from tornvakt.base.access import holdings
        from tornvakt.base.access.models import RoleHolding

        with transaction.atomic():
            held = RoleHolding.objects.filter(user__username=username).select_related("user")
            holdings.finish(list(held), by=None, now=datetime.now(UTC))
        return {}

    def wake(self, minutes: float) -> dict[str, Any]:
        """Wake what waits, as the clock does ``minutes`` from now."""
        from datetime import timedelta

        from tornvakt.domains.incidents import services

        services.wake_waiting(now=datetime.now(UTC) + timedelta(minutes=minutes))
        return {}

    def pin(self, username: str, pin: str) -> dict[str, Any]:
        """Give a person a PIN for the lock."""
        from tornvakt.base.access import pins
        from tornvakt.base.access.models import User

        user = User.objects.get(username=username)
        pins.set_pin(user=user, pin=pin, now=datetime.now(UTC))
        return {}

    def audited(self, action: str, on: str) -> dict[str, Any]:
        """How many times an action on an incident stands in the audit log."""
        from tornvakt.base.audit.models import Entry

        return {"n": Entry.objects.filter(action=action, on_id=on).count()}

    def signal(
        self, account: str, code: str, zone: str = "1", age: float = 0.0, text: str = ""
    ) -> dict[str, Any]:
        """Carry one SIA-DCS message in, received ``age`` seconds ago."""
        from tornvakt.base.inbox.entries import Entry, Kind
        from tornvakt.domains.alarms import services as alarms
        from tornvakt.domains.incidents.models import Incident
        from tornvakt.pure.protocols.dc09.encode import encode
        from tornvakt.pure.protocols.reading import read_raw

        at = time.time() - age
        self.entry += 1
        words = f"^{text}^" if text else ""
        data = f"#{account}|Nri{zone}/{code}{zone}{words}".encode()
        raw = encode(b"SIA-DCS", self.entry % 9999 + 1, account, data, time=at)
        _frame, reading = read_raw(raw, None)
        entry = Entry(
            id=self.entry,
            kind=Kind.SIGNAL,
            at_us=int(at * 1e6),
            stored_at_us=int(at * 1e6) + 700,
            account=account,
            path="tcp 127.0.0.1",
            key=b"",
            raw=raw,
            plain=b"",
            meta=b"",
            hash=bytes(32),
        )
        alarms.take_in(
            entry=entry,
            reading=reading,
            now=datetime.now(UTC),
            token="SIA-DCS",
            sequence=f"{self.entry % 9999 + 1:04d}",
        )
        newest = Incident.objects.filter(account=account).order_by("-id").first()
        return {"entry": self.entry, "number": newest.number if newest else ""}

    def act(
        self, verb: str, number: str, by: str, age: float = 0.0, **values: str
    ) -> dict[str, Any]:
        """Do what an operator does, without a browser, ``age`` seconds ago."""
        from tornvakt.base.access.models import User
        from tornvakt.domains.incidents import services
        from tornvakt.domains.incidents.models import Incident

        getattr(services, verb)(
            incident_id=Incident.objects.get(number=number).pk,
            by=User.objects.get(username=by),
            now=datetime.fromtimestamp(time.time() - age, UTC),
            **values,
        )
        return {}

    def look(self, number: str) -> dict[str, Any]:
        """What the database says about an incident."""
        from tornvakt.domains.incidents.models import Incident

        found = Incident.objects.select_related("taken_by").get(number=number)
        return {
            "state": found.state,
            "owner": found.taken_by.username if found.taken_by else "",
            "result": found.result,
            "cause": found.cause,
            "summary": found.summary,
            "steps": list(
                found.step_marks.filter(undone_at=None).order_by("id").values_list("key", flat=True)
            ),
            "attempts": list(found.attempts.order_by("id").values_list("name", "outcome", "note")),
            "handed": list(found.hand_overs.values_list("to", "answered_by", "case_number")),
            "waiting_for": found.waiting_for,
            "place": found.place,
            "priority": found.priority,
            "notes": list(found.entries.filter(kind="note").values_list("text", flat=True)),
        }

    def invite(self, username: str) -> dict[str, Any]:
        """Make an account without a password and the link to it."""
        from tornvakt.base.access import services

        user = services.create_user(username=username, role="operator", call_name=f"Op {username}")
        return {"token": services.invite(user=user, now=datetime.now(UTC))}

    def clear(self) -> dict[str, Any]:
        """Close everything, so that the next test begins with an empty queue.

        What the rules remember goes too: the same alarms again and again are a swinging zone.
        """
        from tornvakt.base.access.models import User
        from tornvakt.base.preferences.models import Preference
        from tornvakt.domains.alarms.models import AccountState, AreaState
        from tornvakt.domains.incidents.models import Incident, Shift, ShiftHandOver
        from tornvakt.domains.sites import services as sites
        from tornvakt.domains.sites.models import TestMode

        leader = User.objects.get(username="skiftledare1")
        for test in TestMode.objects.filter(ended_at=None):
            sites.end_test(test_id=test.pk, by=leader, at=datetime.now(UTC))
        for incident in Incident.objects.filter(closed_at=None).order_by("pk"):
            _end(incident, leader)
        over = {"over_at": datetime.now(UTC)}
        ShiftHandOver.objects.filter(over_at=None).update(state="dropped", **over)
        Shift.objects.filter(ended_at=None).update(ended_at=datetime.now(UTC), ended_how="own")
        AreaState.objects.all().delete()
        AccountState.objects.all().delete()
        User.objects.update(language="sv", theme="dark", pin="", pin_failures=0)
        Preference.objects.all().delete()
        self.signs.receiver = {"state": "ok", "free_low": False, "pulse": 1}
        self.signs.worker = {"cursor": 0, "backlog": 0, "pulse": 1}
        self.signs.write()
        return {}

    def fall_silent(self, user: str, trouble: str) -> dict[str, Any]:
        """A desk on shift is known to be silent, as the worker's clock finds it."""
        from django.db import transaction

        from tornvakt.base.access.models import User
        from tornvakt.base.facts.outbox import publish
        from tornvakt.domains.incidents.facts import DeskFellSilent
        from tornvakt.domains.incidents.models import DeskWindow

        now = datetime.now(UTC)
        person = User.objects.get(username=user)
        with transaction.atomic():
            row = DeskWindow.objects.create(
                desk_id=f"town{now.timestamp():.6f}".replace(".", ""),
                user=person,
                session_mark="town",
                opened_at=now,
                answered_at=now,
                begun_at=now,
                trouble=trouble,
                trouble_since=now - timedelta(seconds=15),
                known_at=now,
            )
            publish(DeskFellSilent(at=now, window_id=row.pk, user_id=person.pk, trouble=trouble))
        return {"window": row.pk}

    def come_back(self) -> dict[str, Any]:
        """All of them are back, by the judge's own verb."""
        from tornvakt.domains.incidents.models import DeskWindow
        from tornvakt.domains.incidents.services import windows
        from tornvakt.pure.attention import Attention

        now = datetime.now(UTC)
        DeskWindow.objects.filter(session_mark="town").update(left_at=now)
        windows.judge_windows(attention=Attention(), now=now)
        DeskWindow.objects.filter(session_mark="town").delete()
        return {}

    def strand(self, account: str, content: str) -> dict[str, Any]:
        """A signal reaches the inbox, and nobody carries it on."""
        from django.conf import settings

        from tests.support.inbox import fill, now_us, sia

        if not self._stranded:
            fill(settings.DATA, [])
        self._stranded += 1
        entry = sia(account, content, sequence=self._stranded, at_us=now_us())
        data = fill(settings.DATA, [entry])
        self._carry(data, 1)
        return {}

    def carry(self) -> dict[str, Any]:
        """All that was stranded is carried."""
        from django.conf import settings

        from tornvakt.base.inbox.paths import DataDir

        self._carry(DataDir(settings.DATA), self._stranded + 1)
        return {}

    def _carry(self, data: Any, cursor: int) -> None:
        found = data.inbox.stat()
        told = {"file": [found.st_dev, found.st_ino], "cursor": cursor}
        data.carried.write_text(json.dumps(told))

    def status(self, process: str, **status: Any) -> dict[str, Any]:
        """Say what a process's sign of life is; without words it stops, 60 s ago."""
        setattr(self.signs, process, status or {**_STOPPED, "at": time.time() - 60})
        self.signs.write()
        return {}


def _end(incident: Any, leader: Any) -> None:
    """Bring an incident to its end from wherever it stands."""
    from tornvakt.domains.incidents import services

    verb: dict[str, Any] = {"incident_id": incident.pk, "by": leader, "now": datetime.now(UTC)}
    if incident.taken_by_id is not None and incident.taken_by_id != leader.pk:
        services.take_over(**verb, reason="Städning")
    if incident.state == "waiting":
        services.resume(**verb)
    elif incident.taken_by_id is None:
        services.take(**verb)
    if incident.state == "dispatched":
        services.mark_on_scene(**verb)
    if incident.calls.filter(route="112").exists() and not incident.hand_overs.exists():
        services.hand_over_112(**verb, answered_by="Städning")
    services.close(**verb, result="test", cause="planned", skip_reason="Städning")


_STOPPED: dict[str, Any] = {"state": "ok", "backlog": 12}


def main() -> None:
    """Answer commands until the input ends."""
    import django

    django.setup()
    town = Town()
    for line in sys.stdin:
        command = json.loads(line)
        work: Callable[..., dict[str, Any]] = getattr(town, command.pop("do"))
        try:
            answer = work(**command)
        except Exception as error:  # the test shows it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
