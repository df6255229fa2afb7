"""One alarm from the wire to its end, every step of it in two logs that agree.

A panel of the demo's Kalmar reports a break-in over DC-09. The operator takes the incident, works
through its action card, rings the keyholders, hands it over, notes and closes. Then the timeline
tells the whole story, and the audit log, checked by the program that shares no code with what wrote
it, holds the same verbs in the same order.
"""

import html
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.commands.test_start import Start, until
from tests.journeys.test_from_panel_to_closed_incident import Browser, report
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.surfaces.cli.accounts import DEMO_PEOPLE
from tornvakt.surfaces.cli.simulate import kalmar

pytestmark = pytest.mark.slow

SCHOOL = next(place for place in kalmar.load().premises if place.name == "Falkenbergsskolan")


@pytest.fixture
def centre(tmp_path: Path, fresh_database: dict[str, str]) -> Iterator[Start]:
    started = Start(tmp_path / "data", fresh_database)
    yield started
    if started.process.poll() is None:
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.communicate()


def sign_in(url: str) -> Browser:
    person = next(each for each in DEMO_PEOPLE if each.role == "operator")
    browser = Browser(url)
    page = browser.get("/logga-in/")
    browser.send(page, "/logga-in/", login=person.username, password=person.password)
    return browser


def test_every_step_from_frame_to_end_is_in_the_timeline_and_in_the_audit_log(
    centre: Start,
) -> None:
    desk = sign_in(centre.url)
    account = SCHOOL.account
    frame = encode(
        b"SIA-DCS", 7, account, f"#{account}|Nri1/BA1".encode(),
        time=time.time(), key=Key(SCHOOL.key) if SCHOOL.key else None,
    )  # fmt: skip
    until(lambda: b"ACK" in report(centre.dc09, frame), 10.0)
    until(lambda: SCHOOL.name in desk.get("/larm/"), 10.0)
    rows = re.findall(r'<li class="q .*?</li>', desk.get("/larm/"), re.DOTALL)
    (row,) = [row for row in rows if SCHOOL.name in row]
    (number,) = set(re.findall(r"/larm/handelser/(\d{4}-\d{6})/", row))
    incident = f"/larm/handelser/{number}/"

    def act(path: str, **fields: str) -> str:
        return html.unescape(desk.send(desk.get(incident), f"{incident}{path}", **fields))

    act("ta/")
    page = desk.get(incident)
    steps = list(dict.fromkeys(re.findall(r'name="step" value="(\w+)"', page)))
    assert steps
    act("steg/", step=steps[0])
    act("steg/hoppa-over/", step=steps[1], reason="Ingen växel på kvällen")
    (first,) = re.findall(r'name="who" value="(k\d+)"', desk.get(incident))[:1]
    act("ringt/", who=first, outcome="no_answer")
    (second,) = re.findall(r'name="who" value="(\w\d+)"', desk.get(incident))[:1]
    act("ringt/", who=second, outcome="answered", note="Åker dit")
    act("lamna-over/", to="112", answered_by="SOS operatör 14", case_number="18-1234567", sure="1")
    act("notera/", text="Rektorn möter upp vid entrén.")
    act(
        "avsluta/", result="real_police", cause="break_in", text="Polisen tog över.",
        skip_reason="Rektorn tog resten på plats",
    )  # fmt: skip

    told = html.unescape(desk.get(incident))
    for words in (
        "Taget av",
        "Ingen växel på kvällen",
        "Inget svar",
        "Svarade",
        "ärendenummer 18-1234567",
        "Rektorn möter upp vid entrén.",
        "Rektorn tog resten på plats",
        "Polisen tog över.",
    ):
        assert words in told, words

    data = str(centre.data)
    until(lambda: centre.run("audit", "verify", "--data", data).returncode == 0, 90.0)
    shown = centre.run(
        "audit", "show", "--on", f"incident:{number}", "--writes", "--json", "--data", data
    )
    assert shown.returncode == 0, shown.stderr
    entries = [json.loads(line) for line in shown.stdout.splitlines()]
    verbs = [entry["action"].removeprefix("incidents.") for entry in entries]
    worked = ["opened", "taken", "step_done", "step_skipped", "attempt", "attempt"]
    worked += ["handed_over", "note"]
    assert verbs[: len(worked)] == worked
    assert set(verbs[len(worked) : -1]) <= {"step_skipped"}
    assert verbs[-1] == "closed"
    for secret in ("Rektor", "Åker", "Nyckelhavare", "SOS operatör"):
        assert secret not in shown.stdout
