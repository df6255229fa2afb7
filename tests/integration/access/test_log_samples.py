"""Spot checks of the log: drawn at random, judged by somebody else, never changed afterwards."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.integration.access.conftest import SignIn, clock
from tests.support.samples import holder
from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.audit.selectors import entries
from tornvakt.base.reviews import selectors, services
from tornvakt.base.reviews.models import Drawn, Judgement, Sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(db: None) -> User:
    return holder("log_reviewer", "gr1")


def done(by: User, many: int, room: str = "LARM") -> None:
    with transaction.atomic():
        for number in range(many):
            on = ("incident", f"2026-{number:06d}")
            audit.wrote("incidents.note", by=by, on=on, room=room, at=clock())


def drawn(reviewer: User, many: int = 5, room: str = "LARM") -> Sample:
    now, day = clock(), timedelta(days=1)
    return services.draw(
        room=room, since=now - day, until=now + day, many=many, by=reviewer, now=now
    )


def test_a_sample_is_of_others_in_the_room_and_of_the_days(operator: User, reviewer: User) -> None:
    done(operator, 30)
    done(reviewer, 30)
    done(operator, 5, room="KAM")
    sample = drawn(reviewer, 12)
    ids = [each.entry_id for each in sample.drawn.all()]
    found = entries(ids=ids)
    assert (len(set(ids)), sample.among) == (12, 30)
    assert {(each.actor, each.room) for each in found} == {(operator.pk, "LARM")}
    assert {tuple(drawn(reviewer, 12).drawn.values_list("entry_id")) for _ in range(3)} != {
        tuple(sample.drawn.values_list("entry_id"))
    }
    assert len(drawn(reviewer, 100).drawn.all()) == 30
    now = clock()
    for wrong, refusal in (
        ({"room": "EKO"}, services.NothingToDraw),
        ({"until": now - timedelta(days=9)}, services.NothingToDraw),
        ({"many": 0}, services.SampleUnfit),
        ({"many": 101}, services.SampleUnfit),
        ({"since": now + timedelta(days=2)}, services.DaysUnfit),
        ({"since": now, "until": now}, services.DaysUnfit),
    ):
        days = {"since": now - timedelta(days=10), "until": now + timedelta(days=3)}
        usual = {"room": "LARM", "many": 3, "by": reviewer, "now": now, **days}
        with pytest.raises(refusal):
            services.draw(**(usual | wrong))  # type: ignore[arg-type]


def test_what_was_found_is_added_and_never_changed(
    operator: User, reviewer: User, officer: User
) -> None:
    done(operator, 3)
    sample = drawn(reviewer, 3)
    first, second, _third = sample.drawn.order_by("pk")
    judged = {"by": reviewer, "now": clock()}
    assert services.judge(drawn=first, outcome="in_order", note="", **judged)  # type: ignore[arg-type]
    assert not services.judge(drawn=first, outcome="in_order", note=" ", **judged)  # type: ignore[arg-type]
    with pytest.raises(services.NoteMissing):
        services.judge(drawn=second, outcome="breach", note="  ", **judged)  # type: ignore[arg-type]
    for outcome, note in (("asked", "skiftledaren frågad"), ("in_order", "hade uppdraget")):
        services.judge(drawn=second, outcome=outcome, note=note, **judged)  # type: ignore[arg-type]
    shown = {each.pk: (each.outcome, each.note) for each in selectors.drawn_of(sample)}
    assert list(shown.values()) == [("in_order", ""), ("in_order", "hade uppdraget"), ("", "")]
    [listed] = selectors.samples(["LARM"])
    assert (listed.many, listed.left) == (3, 1)  # type: ignore[attr-defined]
    assert [each.purpose for each in entries(action="reviews.")] == ["loggkontroll"] * 4
    for model in (Sample, Drawn, Judgement):
        for act in ("update", "delete"):
            with pytest.raises(Error, match="append-only"), transaction.atomic():
                if act == "update":
                    model._default_manager.update(id=10_000)
                else:
                    model._default_manager.all()._raw_delete("default")


def test_nobody_judges_their_own_entry(operator: User, reviewer: User, officer: User) -> None:
    done(officer, 1)
    [mine] = drawn(reviewer).drawn.all()
    with pytest.raises(services.OwnEntry):
        services.judge(drawn=mine, outcome="in_order", note="", by=officer, now=clock())


def test_a_sample_is_drawn_and_judged_on_the_pages(
    operator: User, reviewer: User, signed_in: SignIn
) -> None:
    done(operator, 4)
    client = signed_in(reviewer)
    day = f"{clock():%Y-%m-%d}"
    values = {"room": "LARM", "since": day, "until": day, "many": "3"}
    for wrong, field in (
        ({"room": "SYSX"}, "room"),
        ({"since": "31/12"}, "since"),
        ({"until": ""}, "until"),
        ({"many": "tre"}, "many"),
        ({"room": "EKO"}, "room"),
        ({"room": "KAM"}, "since"),
    ):
        bad = client.post("/logg/stickprov/", values | wrong)
        assert bad.status_code == 422 and f'id="{field}-err"' in bad.content.decode()
    page = client.post("/logg/stickprov/", values)["Location"]
    first = Drawn.objects.order_by("pk")[0]
    shown = client.get(page).content.decode()
    assert shown.count("Skrev en anteckning") == 3 and operator.call_name in shown
    bad = client.post(f"{page}{first.pk}/", {"outcome": "asked", "note": ""})
    assert bad.status_code == 422 and f'id="note-{first.pk}-err"' in bad.content.decode()
    assert client.post(f"{page}{first.pk}/", {"outcome": "nej"}).status_code == 422
    good = client.post(f"{page}{first.pk}/", {"outcome": "asked", "note": "chefen frågad"})
    assert good["Location"] == f"{page}#e{first.pk}"
    assert "chefen frågad" in client.get(page).content.decode()
    assert client.post(f"{page}999999/", {"outcome": "asked"}).status_code == 404
    assert page in client.get("/logg/stickprov/").content.decode()
    client.get("/logg/")
    looks = entries(actor=reviewer.pk, kind="read")
    assert {each.purpose for each in looks} == {"loggkontroll"}
    assert {each.action for each in looks} >= {"reviews.view", "access.log_view"}


def test_the_pages_ask_as_much_for_three_as_for_thirty(
    operator: User, reviewer: User, signed_in: SignIn
) -> None:
    client, counts = signed_in(reviewer), []
    done(operator, 30)
    for many, rounds in ((3, 1), (30, 9)):
        for _ in range(rounds):
            sample = drawn(reviewer, many)
        pages = []
        for page in ("/logg/stickprov/", f"/logg/stickprov/{sample.pk}/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            pages.append(len(queries))
        counts.append(pages)
    assert counts[0] == counts[1]
