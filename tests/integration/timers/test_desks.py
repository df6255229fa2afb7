"""Silent desks, and the call tree when nobody is at one; time is passed in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, override_settings

from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.base.sending import services as sending
from tornvakt.base.sending.models import Message
from tornvakt.domains.alarms.models import Alarm, Notice
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import CallTree, DeskWatch, DeskWindow, Incident
from tornvakt.domains.incidents.presence_refusals import NoSuchCall, NoSuchDesk
from tornvakt.domains.incidents.selectors.presence import running_trees, silent_desks
from tornvakt.domains.incidents.services import call_tree, windows
from tornvakt.domains.incidents.services.windows import Answer
from tornvakt.project.environment import Environment
from tornvakt.surfaces.worker.timers.desks import Desks

AT = datetime(2026, 11, 23, 3, 41, 9, tzinfo=UTC)
STEPS = "webhook+sms:tib, sms:0980-31 92 00"


@pytest.fixture(autouse=True)
def _chosen(transactional_db: None) -> object:
    chosen = Environment(
        call_tree=STEPS,
        call_tree_step_s=60,
        origin="https://larm.exempel.se",
        webhook_url="http://127.0.0.1:9/",
    )
    with override_settings(ENVIRONMENT=chosen):
        yield


@pytest.fixture
def other(transactional_db: None) -> User:
    return create_user(username="op4", role="operator", call_name="Op 4")


@pytest.fixture
def tib(transactional_db: None) -> None:
    incidents.add_duty_role(code="tib", name="TiB", order=1, phone="", by=None, now=AT)
    incidents.add_turn(
        role_code="tib",
        person="TiB 1",
        phone="0980-31 92 11",
        starts_at=AT - timedelta(days=1),
        ends_at=AT + timedelta(days=1),
        by=None,
        now=AT,
    )


class Room:
    """Desks that answer every five seconds, and the worker's clock, second by second."""

    def __init__(self, *people: User) -> None:
        self.now = AT
        self.desks = Desks()
        self.answers = {person.pk: self._first(person) for person in people}
        self.mute: set[int] = set()

    def _first(self, person: User) -> Answer:
        return Answer(
            desk_id=f"desk{person.pk}",
            user_id=person.pk,
            session_mark=f"s{person.pk}",
            opened_at=AT,
            answered_at=AT,
            nonce="0",
            is_connected=True,
            is_visible=True,
            is_behind=False,
            sound="on",
            rendered="e-1",
            begun_at=AT,
            left_at=None,
        )

    def put(self, person: User, **changed: object) -> None:
        self.answers[person.pk] = replace(self.answers[person.pk], **changed)  # type: ignore[arg-type]

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            if round((self.now - AT).total_seconds()) % 5 == 0:
                for pk, answer in self.answers.items():
                    if pk not in self.mute:
                        self.answers[pk] = replace(
                            answer, nonce=self.now.isoformat(), answered_at=self.now
                        )
                windows.note_answers(answers=list(self.answers.values()))
            self.desks.turn(now=self.now)


def _log(kind: str) -> int:
    return Entry.objects.filter(action=kind).count()


def test_a_silent_desk_is_shown_to_the_others_and_the_log_says_both(
    operator: User, other: User
) -> None:
    room = Room(operator, other)
    room.run(10)
    room.put(other, is_visible=False)
    room.run(15)
    (silent,) = silent_desks(operator, room.now)
    assert (silent.who, silent.trouble, silent.seen_by) == ("Op 4", "hidden", "")
    row = DeskWindow.objects.get(pk=silent.window_id)
    assert row.known_at is not None
    assert row.known_at - (AT + timedelta(seconds=10)) <= timedelta(seconds=20)
    assert Incident.objects.count() == 0  # others can see the band
    room.put(other, is_visible=True)
    room.run(5)
    assert silent_desks(operator, room.now) == []
    assert [_log("desk.silent"), _log("desk.back")] == [1, 1]
    titles = list(Notice.objects.order_by("pk").values_list("name", flat=True))
    assert titles == ["desk.fell_silent", "desk.back"]


def test_it_is_an_incident_after_a_minute_and_a_restored_one_when_it_is_back(
    operator: User, other: User
) -> None:
    room = Room(operator, other)
    room.run(10)
    room.put(other, sound="held")
    room.run(85)
    alarm = Alarm.objects.get()
    incident = Incident.objects.get()
    assert (alarm.notice, incident.priority) == ("desk.silent", 3)
    assert alarm.title_sv.startswith("Tyst larmbord: Op 4, utan ljud sedan")
    room.put(other, sound="on")
    room.run(5)
    alarm.refresh_from_db()
    assert alarm.state == "restored"
    assert Incident.objects.get().closed_at is None  # a restore never closes


def test_the_only_desk_is_an_incident_at_once_and_the_call_tree_starts_within_a_minute(
    operator: User, tib: None, client: Client
) -> None:
    room = Room(operator)
    room.run(10)
    room.mute.add(operator.pk)
    room.run(17)
    assert (Incident.objects.count(), Message.objects.count()) == (1, 0)
    room.run(60 - 17)
    tree = CallTree.objects.get()
    assert tree.cause == "nobody"
    assert tree.began_at - (AT + timedelta(seconds=10)) <= timedelta(seconds=60)
    sent = {(m.channel, m.to) for m in Message.objects.all()}
    assert sent == {("webhook", ""), ("sms", "0980-31 92 11")}
    text = Message.objects.get(channel="sms").text
    assert text.startswith("DEMO. Larmcentralen: inget larmbord svarar sedan 04:4")
    assert "https://larm.exempel.se/larmkedja/" in text
    room.run(60)  # the next step
    assert Message.objects.filter(to="0980-31 92 00").count() == 1
    code = text.rstrip("/").rpartition("/")[2]
    page = client.get(f"/larmkedja/{code}/").content.decode()
    assert "Larmcentralen: inget larmbord svarar sedan 04:4" in page
    assert "Jag tar hand om det" in page
    assert "någon tar hand om det" in client.post(f"/larmkedja/{code}/").content.decode()
    assert client.get("/larmkedja/another/").status_code == 404
    tree.refresh_from_db()
    assert tree.ended_by == "link"
    room.run(70)
    assert (CallTree.objects.count(), Message.objects.count()) == (1, 3)
    with pytest.raises(NoSuchCall):
        call_tree.answer_by_link(code="another", now=room.now)


def test_an_answer_that_led_to_nothing_is_called_about_again(operator: User, tib: None) -> None:
    room = Room(operator)
    room.run(10)
    room.mute.add(operator.pk)
    room.run(55)
    first = CallTree.objects.get()
    code = Message.objects.get(channel="sms").text.rstrip("/").rpartition("/")[2]
    for message in Message.objects.all():
        sending.mark_sent(message, now=room.now)
    call_tree.answer_by_link(code=code, now=room.now)
    room.now += timedelta(seconds=595)
    room.run(4)
    assert CallTree.objects.count() == 1
    for _ in range(4):
        room.desks = Desks()  # kill -9, and a new one
        room.run(1)
    second = CallTree.objects.latest("pk")
    assert (CallTree.objects.count(), second.subject) == (2, f"{first.subject}#2")
    assert _log("call_tree.began") == 2
    assert second.code_digest != first.code_digest
    sent = Message.objects.filter(key__startswith=f"call-tree:{first.pk}:")
    assert {message.text for message in sent} == {""}  # the code is nowhere with us any more
    waits = Message.objects.get(channel="sms", key__startswith=f"call-tree:{second.pk}:")
    assert "/larmkedja/" in waits.text  # of the run that goes on
    call_tree.answer_at_desk(tree_id=second.pk, by=operator, now=room.now)
    room.now += timedelta(minutes=10)
    room.run(2)
    assert CallTree.objects.latest("pk").subject == f"{first.subject}#3"
    waits.refresh_from_db()
    assert waits.text  # it is sent yet
    sending.mark_sent(waits, now=room.now)
    assert sending.forget_old(now=room.now + timedelta(days=2)) == 0
    waits.refresh_from_db()
    assert waits.text == ""
    room.mute.clear()
    room.run(10)
    room.now += timedelta(minutes=10)
    room.run(10)
    assert CallTree.objects.count() == 3  # it is over


def test_what_was_taken_and_given_back_is_called_about_again(
    operator: User, other: User, tib: None
) -> None:
    chosen = Environment(call_tree=STEPS, call_tree_step_s=120, call_tree_p1_s=60)
    with override_settings(ENVIRONMENT=chosen):
        room = Room(operator)
        one = Incident.objects.create(
            number="2026-900001", kind="hold_up", title_sv="Överfall", title_en="Hold-up",
            priority=1, opened_at=AT, last_signal_at=AT, escalated_at=AT,
        )  # fmt: skip
        room.run(65)
        assert list(CallTree.objects.values_list("cause", "subject")) == [("untaken", one.number)]
        Incident.objects.filter(pk=one.pk).update(
            taken_by=other, state="in_progress", taken_at=room.now
        )
        room.run(130)
        assert CallTree.objects.get().ended_by == "back"
        Incident.objects.filter(pk=one.pk).update(taken_by=None, state="new", taken_at=None)
        room.run(3)
        subjects = list(CallTree.objects.order_by("pk").values_list("subject", flat=True))
        assert subjects == [one.number, f"{one.number}#2"]


def test_a_worker_killed_in_between_starts_it_once(operator: User, tib: None) -> None:
    room = Room(operator)
    room.run(10)
    room.mute.add(operator.pk)
    room.run(30)
    room.desks = Desks()  # kill -9, and a new one
    room.run(25)
    room.desks = Desks()
    room.run(20)
    assert (CallTree.objects.count(), Message.objects.count()) == (1, 2)
    assert [_log("desk.silent"), _log("call_tree.began"), _log("call_tree.step")] == [1, 1, 1]
    began = CallTree.objects.get().began_at
    assert began - (AT + timedelta(seconds=10)) <= timedelta(seconds=60)


def test_it_ends_by_itself_when_somebody_is_back(operator: User, tib: None) -> None:
    room = Room(operator)
    room.run(10)
    room.mute.add(operator.pk)
    room.run(60)
    assert len(running_trees(operator)) == 1
    room.mute.clear()
    room.run(6)
    assert running_trees(operator) == []
    assert CallTree.objects.get().ended_by == "back"
    assert DeskWatch.objects.get().nobody_since is None


def test_a_colleague_who_looks_after_it_spares_the_call(operator: User, other: User) -> None:
    room = Room(operator, other)
    room.run(10)
    room.put(other, is_visible=False)
    room.run(20)
    (silent,) = silent_desks(operator, room.now)
    assert windows.look_after(window_id=silent.window_id, by=operator, now=room.now)
    assert not windows.look_after(window_id=silent.window_id, by=operator, now=room.now)
    room.run(60)
    assert CallTree.objects.count() == 0
    assert silent_desks(operator, room.now)[0].seen_by == "Op 2"
    with pytest.raises(NoSuchDesk):
        windows.look_after(window_id=silent.window_id + 1, by=operator, now=room.now)


def test_a_silent_desk_nobody_looks_after_starts_it(operator: User, other: User, tib: None) -> None:
    room = Room(operator, other)
    room.run(10)
    room.mute.add(other.pk)
    room.run(60)
    tree = CallTree.objects.get()
    assert (tree.cause, tree.what["who"]) == ("silent", "Op 4")
    call_tree.answer_at_desk(tree_id=tree.pk, by=operator, now=room.now)
    tree.refresh_from_db()
    assert (tree.ended_by, tree.seen_by_id) == ("desk", operator.pk)


def test_who_signs_out_is_missed_by_nobody_and_who_closes_the_lid_is(
    operator: User, tib: None
) -> None:
    room = Room(operator)
    room.run(10)
    windows.end_windows(session_mark=f"s{operator.pk}", now=room.now)
    room.mute.add(operator.pk)
    room.run(90)
    assert (DeskWindow.objects.get().trouble, CallTree.objects.count()) == ("", 0)
    DeskWindow.objects.all().delete()
    room = Room(operator)
    room.run(10)
    room.put(operator, left_at=room.now, is_connected=False)  # closed, but not signed out
    room.mute.add(operator.pk)
    room.run(60)
    assert (DeskWindow.objects.get().trouble, CallTree.objects.count()) == ("", 1)


@pytest.mark.parametrize(("when", "trees"), [("pass", 0), ("alltid", 1), ("aldrig", 0)])
def test_without_a_shift_it_is_as_the_setting_says(operator: User, when: str, trees: int) -> None:
    chosen = Environment(call_tree=STEPS, call_tree_when=when)
    with override_settings(ENVIRONMENT=chosen):
        Room().run(60)
    assert CallTree.objects.count() == trees
