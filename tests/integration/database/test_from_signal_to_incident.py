"""What a signal becomes, on either database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.integration.database.conftest import Carry
from tests.support.inbox import START_US, cid, notice, sia
from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import Alarm, Notice, Signal, SignalEvent
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.sites.models import Site

SECOND = 1_000_000


def lines(number: str, viewer: User) -> list[tuple[str, str]]:
    view = selectors.incident(viewer, number)
    assert view is not None
    return [(entry.kind, entry.rule) for entry in view.entries]


def test_a_burglary_becomes_an_incident_with_its_place(
    carry: Carry, school: Site, operator: User
) -> None:
    carry([sia("1234", "Nri1/BA4")])
    (row,) = selectors.queue(operator)
    assert (row.priority, row.kind, row.place) == (2, "burglary", "Falkenbergsskolan")
    assert row.title("sv") == "Inbrottslarm · zon 4, gymnastiksal"
    assert row.title("en") == "Burglary alarm · zone 4, gymnastiksal"
    assert row.number.endswith("-000001")
    assert (row.opened_at.timestamp(), row.owner_id, row.is_fictional) == (
        START_US / 1e6,
        None,
        True,
    )
    view = selectors.incident(operator, row.number)
    assert view is not None
    ((raw,),) = [alarm.signals for alarm in view.alarms]
    assert '"SIA-DCS"0001' in raw.raw
    assert (raw.account, raw.token, raw.sequence) == ("1234", "SIA-DCS", "0001")


def test_the_same_event_again_is_counted_and_not_a_second_row(
    carry: Carry, school: Site, operator: User
) -> None:
    carry(sia("1234", "Nri1/BA4", sequence=n, at_us=START_US + n * SECOND) for n in range(1, 4))
    (row,) = selectors.queue(operator)
    assert (row.signal_count, row.alarm_count) == (3, 1)
    assert Signal.objects.count() == 3
    assert Alarm.objects.get().signal_count == 3
    assert lines(row.number, operator) == [("opened", "new"), ("repeated", "repeat")]


def test_a_restore_annotates_and_never_hides(carry: Carry, school: Site, operator: User) -> None:
    carry([sia("1234", "Nri1/BA4"), sia("1234", "Nri1/BR4", sequence=2)])
    (row,) = selectors.queue(operator)
    assert row.restored_at is not None
    assert row.state == "new"
    assert lines(row.number, operator) == [("opened", "new"), ("restored", "restore")]


def test_a_restore_of_another_zone_changes_nothing(
    carry: Carry, school: Site, operator: User
) -> None:
    carry([sia("1234", "Nri1/BA4"), sia("1234", "Nri1/BR5", sequence=2)])
    (row,) = selectors.queue(operator)
    assert row.restored_at is None
    assert SignalEvent.objects.get(code="BR").rule == "restore_without_alarm"


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_an_alarm_after_its_restore_stands_again(
    carry: Carry, school: Site, operator: User, is_one_batch: bool
) -> None:
    frames = [
        sia("1234", content, sequence=n, at_us=START_US + n * SECOND)
        for n, content in enumerate(["Nri1/BA4", "Nri1/BR4", "Nri1/BA4"], 1)
    ]
    for batch in [frames] if is_one_batch else [[frame] for frame in frames]:
        carry(batch)
    (row,) = selectors.queue(operator)
    assert row.restored_at is None
    assert Alarm.objects.get().state == "open"


def test_what_was_over_stands_again_when_another_zone_joins_it(
    carry: Carry, school: Site, operator: User
) -> None:
    for n, content in enumerate(["Nri1/BA4", "Nri1/BR4", "Nri1/BA5"], 1):
        carry([sia("1234", content, sequence=n, at_us=START_US + n * SECOND)])
    (row,) = selectors.queue(operator)
    assert (row.alarm_count, row.priority, row.restored_at) == (2, 1, None)


def test_contact_id_is_restored_by_its_qualifier(
    carry: Carry, school: Site, operator: User
) -> None:
    carry([cid("1234", "1130 01 004"), cid("1234", "3130 01 004", sequence=2)])
    (row,) = selectors.queue(operator)
    assert row.restored_at is not None


def test_what_calls_for_nobody_is_in_the_log_alone(
    carry: Carry, school: Site, operator: User
) -> None:
    carry([sia("1234", "Nri1/CL7"), sia("1234", "NRP0", sequence=2)])
    assert selectors.queue(operator) == []
    assert Alarm.objects.count() == 0
    rows = selectors.log_rows(operator)
    assert {row.place for row in rows} == {"Falkenbergsskolan"}
    assert len(rows) == 2


def test_after_closing_the_same_signal_is_a_new_incident(
    carry: Carry, school: Site, operator: User, tmp_path: object
) -> None:
    carry([sia("1234", "Nri1/BA4")])
    first = Incident.objects.get()
    incidents.take(incident_id=first.pk, by=operator, now=first.opened_at)
    incidents.close(
        incident_id=first.pk,
        by=operator,
        result="unfounded",
        cause="no_code",
        skip_reason="prov",
        now=first.opened_at,
    )
    assert Alarm.objects.get().state == "closed"
    carry([sia("1234", "Nri1/BA4", sequence=2, at_us=START_US + 60 * SECOND)])
    (row,) = selectors.queue(operator)
    assert row.id != first.pk
    assert row.number.endswith("-000002")


def test_two_hold_ups_by_two_people_are_two_rows(
    carry: Carry, school: Site, operator: User
) -> None:
    carry([cid("1234", "1121 01 007"), cid("1234", "1121 01 008", sequence=2)])
    assert [row.priority for row in selectors.queue(operator)] == [1, 1]


def test_an_unknown_account_has_one_incident(
    carry: Carry, transactional_db: None, operator: User
) -> None:
    carry(
        [
            sia("9999", "Nri1/BA4"),
            notice("unknown_account", account="9999", source="127.0.0.1"),
            sia("9999", "Nri1/FA5", sequence=2),
            sia("9999", "NRP0", sequence=3),
        ]
    )
    (row,) = selectors.queue(operator)
    assert (row.priority, row.account, row.alarm_count) == (2, "9999", 3)
    assert row.title("sv").startswith("Okänt konto 9999: Inbrottslarm")


def test_an_unknown_account_raises_its_incident_to_its_most_serious_alarm(
    carry: Carry, operator: User
) -> None:
    carry([sia("9999", "NRP0"), sia("9999", "Nri1/PA4", sequence=2)])
    (row,) = selectors.queue(operator)
    assert row.priority == 2
    assert ("raised", "highest_alarm") in lines(row.number, operator)


def test_many_unknown_accounts_at_once_share_an_incident(carry: Carry, operator: User) -> None:
    carry(sia(f"9{n:03}", "Nri1/BA4", at_us=START_US + n * SECOND) for n in range(30))
    rows = selectors.queue(operator)
    assert len(rows) == 11
    (group,) = [row for row in rows if row.alarm_count > 1]
    assert (group.alarm_count, group.title("sv")) == (20, "Många okända konton samtidigt")


def test_a_hold_up_in_a_flood_of_unknown_accounts_has_a_row_of_its_own(
    carry: Carry, operator: User
) -> None:
    flood = [sia(f"9{n:03}", "Nri1/BA4", at_us=START_US + n * SECOND) for n in range(30)]
    gathered = sia("9025", "Nri1/HA1", sequence=2, at_us=START_US + 31 * SECOND)
    new = sia("8001", "Nri1/PA1", at_us=START_US + 32 * SECOND)
    carry([*flood, gathered, new])
    carry([sia("8001", "Nri1/BA9", sequence=2, at_us=START_US + 33 * SECOND)])
    rows = {row.account: row for row in selectors.queue(operator)}
    assert len(rows) == 13
    assert (rows["9025"].priority, rows["9025"].alarm_count) == (2, 1)
    assert (rows["8001"].priority, rows["8001"].alarm_count) == (2, 2)
    assert rows[""].alarm_count == 20


def test_hold_ups_of_unknown_accounts_cannot_fill_the_desk(carry: Carry, operator: User) -> None:
    carry(sia(f"9{n:03}", "Nri1/HA1", at_us=START_US + n * SECOND // 10) for n in range(60))
    rows = selectors.queue(operator)
    assert len(rows) == 21
    assert {row.priority for row in rows} == {2}
    assert sorted(row.alarm_count for row in rows)[-2:] == [1, 40]


def test_notices_become_technical_alarms_and_end_by_their_counterpart(
    carry: Carry, school: Site, operator: User
) -> None:
    carry(
        [
            notice("link.failed", account="1234", link_path="1", interval_s=90),
            notice("link.dark", account="1234"),
            notice("link.restored", account="1234", link_path="2"),
            notice("receiver.started", version="0.1"),
        ]
    )
    rows = {row.title("sv"): row for row in selectors.queue(operator)}
    assert set(rows) == {
        "Förbindelse bruten, huvudväg",
        "Ingen förbindelse: alla vägar är brutna",
    }
    assert rows["Ingen förbindelse: alla vägar är brutna"].restored_at is not None
    assert rows["Förbindelse bruten, huvudväg"].restored_at is None
    assert {row.place for row in rows.values()} == {"Falkenbergsskolan"}
    assert [row.title("sv") for row in selectors.log_rows(operator)] == ["Larmmottagaren startade"]
    assert Notice.objects.count() == 4


def test_an_incident_of_several_alarms_keeps_its_name_when_one_is_reworded(
    carry: Carry, school: Site, operator: User
) -> None:
    carry([notice("test.missing", account="1234", hours=24)])
    alone = Incident.objects.get()
    carry([notice("test.missing", account="1234", hours=12)])
    alone.refresh_from_db()
    assert "var 12:e timme" in alone.title_sv
    carry([sia("1234", "Nri1/BA4")])
    burglary = Incident.objects.get(kind="burglary")
    incidents.merge(
        incident_id=alone.pk,
        into_id=burglary.pk,
        by=operator,
        reason="Samma central",
        now=burglary.opened_at,
    )
    carry([notice("test.missing", account="1234", hours=6)])
    assert "var 6:e timme" in Alarm.objects.get(notice="test.missing").title_sv
    burglary.refresh_from_db()
    assert burglary.title_sv == "Inbrottslarm · zon 4, gymnastiksal"


def test_a_mass_loss_is_one_incident_until_the_last_is_back(carry: Carry, operator: User) -> None:
    carry(
        [
            notice("link.mass", group=7, count=300, accounts=["1", "2"]),
            notice("link.mass", group=7, count=900, accounts=["3"]),
            notice("link.mass_restored", group=7, count=5, accounts=["1"]),
        ]
    )
    (row,) = selectors.queue(operator)
    assert (row.priority, row.alarm_count, row.restored_at) == (2, 1, None)
    alarm = Alarm.objects.get()
    assert "5 sändare" in alarm.title_sv
    assert row.title("sv") == "Förbindelser brutna: 5 av 900 larmsändare kvar"
    assert row.title("en") == "Connections lost: 5 of 900 transmitters left"
    assert (alarm.params["accounts"], alarm.params["back"]) == (["1", "2", "3"], ["1"])
    carry([notice("link.mass", group=7, count=1200, accounts=["4"])])
    (row,) = selectors.queue(operator)
    assert row.title("sv") == "Förbindelser brutna: 1\u00a0200 larmsändare"
    assert row.title("en") == "Connections lost: 1,200 transmitters"
    assert Alarm.objects.get().params["accounts"] == ["1", "2", "3", "4"]
    carry([notice("link.mass_restored", group=7, count=0, accounts=["2"])])
    (row,) = selectors.queue(operator)
    assert row.restored_at is not None
    assert row.title("sv") == "Förbindelser brutna: alla 1\u00a0200 larmsändare åter"


def test_the_queue_is_ordered_by_priority_then_age_and_costs_one_query(
    carry: Carry, school: Site, operator: User, django_assert_num_queries: object
) -> None:
    carry(
        sia("1234", f"Nri1/{code}", sequence=n, at_us=START_US + n * SECOND)
        for n, code in enumerate(["TA1", "BA2", "WA3", "PA4", "AT"], 1)
    )
    assert operator.roles == {"operator"}  # read once for each request, at the door
    with django_assert_num_queries(1):  # type: ignore[operator]
        rows = selectors.queue(operator)
    assert [(row.priority, row.kind) for row in rows] == [
        (1, "holdup"),
        (2, "tamper"),
        (2, "burglary"),
        (2, "water"),
        (3, "power"),
    ]
    assert [row.opened_at for row in rows[1:4]] == sorted(row.opened_at for row in rows[1:4])
    assert selectors.waiting_counts(operator)[1] == 1


def test_a_role_without_the_right_sees_nothing(carry: Carry, school: Site) -> None:
    from tornvakt.base.access.services import create_user

    carry([sia("1234", "Nri1/BA4"), sia("1234", "Nri1/CL4", sequence=2)])
    guard = create_user(username="v1", role="guard", call_name="V1")
    assert Incident.objects.count() == 1
    assert selectors.queue(guard) == []
    assert selectors.log_rows(guard) == []
    assert selectors.incident(guard, Incident.objects.get().number) is None


def test_every_line_of_triage_names_its_rule(carry: Carry, school: Site, operator: User) -> None:
    carry(
        sia("1234", content, sequence=n)
        for n, content in enumerate(["Nri1/BA4", "Nri1/BA4", "Nri1/BR4"], 1)
    )
    assert LogEntry.objects.count() == 3
    for entry in LogEntry.objects.all():
        assert entry.params["rule"]
    view = selectors.incident(operator, Incident.objects.get().number)
    assert view is not None
    assert all(entry.rule_name("en") and entry.sentence("en") for entry in view.entries)


def test_what_happens_to_many_alarms_costs_as_much_as_what_happens_to_two(
    carry: Carry, school: Site, operator: User
) -> None:
    numbers = iter(range(1, 9_999))

    def cost(code: str, zones: range) -> int:
        frames = [
            sia("1234", f"Nri1/{code}{zone}", sequence=n, at_us=START_US + n * 10 * SECOND)
            for zone, n in zip(zones, numbers, strict=False)
        ]
        with CaptureQueriesContext(connection) as queries:
            carry(frames)
        return len(queries)

    few, many = range(1, 3), range(11, 51)
    for code in ("BT", "BT", "BJ"):  # the fault of each zone, the fault again, its restore
        assert abs(cost(code, few) - cost(code, many)) <= 4
    assert Incident.objects.filter(signal_count=2, restored_at__isnull=False).count() == 42
    at = Incident.objects.order_by("pk").values_list("last_signal_at", "restored_at")
    assert len(set(at)) == 42
    assert all(signalled < restored for signalled, restored in at)
