"""Steps are ticked with time and operator, skipped with a reason, and hinder the closing."""

import pytest

from tests.integration.incidents.conftest import NOW, STEPS, Open, after, logged
from tornvakt.base.access.models import User
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.cards import ActionCard, StepView
from tornvakt.domains.incidents.models import Incident, LogEntry, StepMark
from tornvakt.domains.incidents.services import desk
from tornvakt.domains.sites.models import Instruction, Site


@pytest.fixture
def incident(school: Site, open_one: Open) -> Incident:
    return open_one(site=school, place=school.name)


def card_of(incident: Incident, viewer: User) -> ActionCard:
    view = selectors.incident(viewer, incident.number, NOW)
    assert view is not None
    assert view.card is not None
    return view.card


def states(card: ActionCard) -> list[tuple[str, str]]:
    return [(step.key, step.state) for step in card.steps]


def test_the_card_is_the_one_in_force_when_the_incident_opened(
    incident: Incident, operator: User, school: Site
) -> None:
    Instruction.objects.filter(site=school).update(valid_to=after(10))
    Instruction.objects.create(
        site=school, kind="burglary", title="Nytt", version=4, steps=STEPS[:1],
        valid_from=after(10),
    )  # fmt: skip
    card = card_of(incident, operator)
    assert (card.title, card.version, card.is_default) == ("Inbrott i skolan", 3, False)
    assert states(card) == [("listen", "current"), ("anyone", "ahead")]


def test_an_object_without_a_card_of_its_own_has_the_default(
    open_one: Open, operator: User
) -> None:
    card = card_of(open_one(site=None), operator)
    assert card.is_default
    assert card.left >= 1


def test_a_question_is_answered_and_leads_on(incident: Incident, operator: User) -> None:
    incidents.take(incident_id=incident.pk, by=operator, now=after(5))
    with pytest.raises(incidents.AnswerMissing):
        incidents.tick_step(incident_id=incident.pk, key="anyone", by=operator, now=after(6))
    incidents.tick_step(
        incident_id=incident.pk, key="anyone", by=operator, answer="Nej", now=after(7)
    )
    card = card_of(incident, operator)
    assert states(card) == [("listen", "current"), ("anyone", "done"), ("guard", "ahead")]
    done = card.steps[1]
    assert (done.answer, done.at, done.by_call_name) == ("Nej", after(7), "Op 2")
    assert card.left == 2
    with pytest.raises(incidents.NoSuchStep):  # it stands on the other branch
        incidents.tick_step(incident_id=incident.pk, key="word", by=operator, now=after(8))
    with pytest.raises(incidents.NoSuchStep):  # it is done
        incidents.tick_step(
            incident_id=incident.pk, key="anyone", by=operator, answer="Ja", now=after(8)
        )


def test_a_deadline_counts_from_the_opening(incident: Incident, operator: User) -> None:
    incidents.tick_step(incident_id=incident.pk, key="listen", by=operator, now=after(61))
    listen = card_of(incident, operator).steps[0]
    assert listen.due_at == after(60)
    assert listen.is_late(after(61))
    on_time = StepView("k", "t", "", "do", [], "current", "", "", None, "", after(60))
    assert not on_time.is_late(after(60))


def test_ticking_what_nobody_has_makes_one_the_owner_and_only_the_owner_ticks(
    incident: Incident, operator: User, other: User
) -> None:
    incidents.tick_step(incident_id=incident.pk, key="listen", by=operator, now=after(9))
    incident.refresh_from_db()
    assert (incident.taken_by, incident.state) == (operator, "in_progress")
    with pytest.raises(incidents.NotYours) as refusal:
        incidents.skip_step(
            incident_id=incident.pk, key="anyone", by=other, reason="nej", now=after(10)
        )
    assert refusal.value.owner_call_name == "Op 2"
    assert StepMark.objects.count() == 1


def test_a_step_that_takes_waits_for_nobody_who_may_be_waiting_for_it(
    incident: Incident, open_one: Open, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick writes already; whoever is claiming something waits for it to be written."""
    asked: list[bool] = []

    class Claiming:
        def __enter__(self) -> None:
            asked.append(True)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(desk, "claiming", Claiming())
    incidents.tick_step(incident_id=incident.pk, key="listen", by=operator, now=after(9))
    incident.refresh_from_db()
    assert (incident.taken_by, asked) == (operator, [])
    incidents.take(incident_id=open_one().pk, by=operator, now=after(10))
    assert asked == [True]


def test_skipping_asks_why_and_the_shift_leader_sees_it(
    incident: Incident, operator: User, leader: User
) -> None:
    with pytest.raises(incidents.TextMissing, match="Skriv varför"):
        incidents.skip_step(
            incident_id=incident.pk, key="listen", by=operator, reason=" \u200b", now=after(1)
        )
    assert Incident.objects.get().taken_by is None
    incidents.skip_step(
        incident_id=incident.pk, key="listen", by=operator, reason="Ingen ljudlänk", now=after(2)
    )
    (skipped,) = selectors.skipped_steps(leader)
    assert (skipped.text, skipped.reason, skipped.by_call_name) == (
        "Lyssna in", "Ingen ljudlänk", "Op 2",
    )  # fmt: skip
    assert selectors.skipped_steps(operator) == []
    with pytest.raises(incidents.NotAllowed):
        incidents.see_skipped(mark_ids=[skipped.id], by=operator, now=after(3))
    assert incidents.see_skipped(mark_ids=[skipped.id], by=leader, now=after(3)) == 1
    assert incidents.see_skipped(mark_ids=[skipped.id], by=leader, now=after(4)) == 0
    assert selectors.skipped_steps(leader) == []
    assert len(selectors.skipped_steps(leader, since=NOW)) == 1


def test_a_mark_by_mistake_is_taken_back_and_the_timeline_keeps_both(
    incident: Incident, operator: User
) -> None:
    incidents.tick_step(
        incident_id=incident.pk, key="anyone", by=operator, answer="Ja", now=after(1)
    )
    incidents.undo_step(incident_id=incident.pk, key="anyone", by=operator, now=after(2))
    incidents.tick_step(
        incident_id=incident.pk, key="anyone", by=operator, answer="Nej", now=after(3)
    )
    assert states(card_of(incident, operator))[-1] == ("guard", "ahead")
    kinds = list(LogEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["taken", "step_done", "step_undone", "step_done"]
    with pytest.raises(incidents.NoSuchStep):
        incidents.undo_step(incident_id=incident.pk, key="guard", by=operator, now=after(4))


def test_closing_needs_every_step_done_or_one_reason_for_what_is_left(
    incident: Incident, operator: User, leader: User
) -> None:
    incidents.tick_step(incident_id=incident.pk, key="listen", by=operator, now=after(1))

    def close(**more: str) -> Incident:
        return incidents.close(
            incident_id=incident.pk, by=operator, result="test", now=after(20), **more
        )

    with pytest.raises(incidents.StepsLeft) as refusal:
        close()
    assert refusal.value.count == 1
    closed = close(skip_reason="Nyckelhavaren ringde själv")
    assert closed.state == "closed"
    # The question was passed over, and so was the step that follows it.
    assert [(step.text, step.reason) for step in reversed(selectors.skipped_steps(leader))] == [
        ("Svarar någon?", "Nyckelhavaren ringde själv"),
        ("Fråga efter kodordet", "Nyckelhavaren ringde själv"),
    ]
    assert card_of(incident, operator).left == 0
    assert logged()[-1] == "closed"
    assert "step_skipped" in logged()


def test_a_card_that_cannot_be_read_never_hides_the_incident(
    school: Site, open_one: Open, operator: User
) -> None:
    # Broken before: the default serves. Broken afterwards: the incident is shown without a card.
    Instruction.objects.filter(site=school).update(steps=[{"nonsense": 1}])
    incident = open_one(site=school)
    assert incident.instruction is not None
    assert incident.instruction.site_id is None
    view = selectors.incident(operator, incident.number, NOW)
    assert view is not None
    assert view.card is not None
    Instruction.objects.filter(pk=incident.instruction_id).update(steps=[{"nonsense": 1}])
    view = selectors.incident(operator, incident.number, NOW)
    assert view is not None
    assert view.card is None
