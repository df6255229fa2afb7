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
from datetime import UTC, datetime
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

    def build(self) -> dict[str, Any]:
        """Make the tables, two operators, a shift leader and seven places."""
        from django.conf import settings
        from django.core.management import call_command

        from tornvakt.base.inbox.paths import DataDir

        DataDir(settings.DATA).create()
        call_command("migrate", verbosity=0)
        from tornvakt.base.access import services as access
        from tornvakt.domains.alarms import services as alarms
        from tornvakt.domains.sites import services as sites

        for name, role, call_name in (
            ("operator1", "operator", "Op 1"),
            ("operator2", "operator", "Op 2"),
            ("skiftledare1", "shift_leader", "SL 1"),
        ):
            access.create_user(username=name, role=role, call_name=call_name, password=PASSWORD)
        customer = sites.add_customer(name="Kalmar kommun")
        for account, name, address, district, kind in SITES:
            site = sites.add_site(
                customer=customer,
                name=name,
                kind=kind,
                address=address,
                district=district,
                latitude=56.66,
                longitude=16.36,
                is_fictional=True,
            )
            transmitter = sites.add_transmitter(site=site, account=account)
            for number, zone in ZONES.items():
                sites.add_zone(transmitter=transmitter, number=number, name=zone)
        alarms.adopt(
            genesis={"installation": "town"},
            entry_at=lambda _number: None,
            now=datetime.now(UTC),
        )
        self.signs.write()
        self.signs.start()
        return {}

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
            "notes": list(found.entries.filter(kind="note").values_list("text", flat=True)),
        }

    def invite(self, username: str) -> dict[str, Any]:
        """Make an account without a password and the link to it."""
        from tornvakt.base.access import services

        user = services.create_user(username=username, role="operator", call_name="Op 9")
        return {"token": services.invite(user=user, now=datetime.now(UTC))}

    def clear(self) -> dict[str, Any]:
        """Close everything, so that the next test begins with an empty queue."""
        from tornvakt.base.access.models import User
        from tornvakt.domains.incidents import services
        from tornvakt.domains.incidents.models import Incident

        leader = User.objects.get(username="skiftledare1")
        for incident in Incident.objects.filter(closed_at=None):
            now = datetime.now(UTC)
            if incident.taken_by_id is not None and incident.taken_by_id != leader.pk:
                services.give_back(incident_id=incident.pk, by=leader, now=now)
            if incident.taken_by_id != leader.pk:
                services.take(incident_id=incident.pk, by=leader, now=now)
            services.close(
                incident_id=incident.pk, by=leader, result="test", cause="planned", now=now
            )
        User.objects.update(language="sv", theme="dark")
        self.signs.receiver = {"state": "ok", "free_low": False, "pulse": 1}
        self.signs.worker = {"cursor": 0, "backlog": 0, "pulse": 1}
        self.signs.write()
        return {}

    def status(self, process: str, **status: Any) -> dict[str, Any]:
        """Say what a process's sign of life is; without words it stops, 60 s ago."""
        setattr(self.signs, process, status or {**_STOPPED, "at": time.time() - 60})
        self.signs.write()
        return {}


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
