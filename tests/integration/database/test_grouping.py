"""A power cut and a dead network are one row each; a hold-up in the middle stands alone on top."""

from collections.abc import Iterable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.integration.database.conftest import Carry
from tests.support.inbox import START_US, cid, notice, sia
from tornvakt.base.access.models import User
from tornvakt.base.inbox.entries import NewEntry
from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.incidents.services import judging
from tornvakt.domains.sites import services as sites

MS = 1_000


def town(count: int, districts: Iterable[str] = ("Malmen",)) -> list[str]:
    """So many premises with a transmitter each; return their accounts."""
    names = list(districts)
    customer = sites.add_customer(name="Kommunen", is_fictional=True)
    accounts = []
    for number in range(count):
        site = sites.add_site(
            customer=customer,
            name=f"Objekt {number:04}",
            district=names[number % len(names)],
            is_fictional=True,
        )
        accounts.append(sites.add_transmitter(site=site, account=f"D{number:04}").account)
    return accounts


def lost(accounts: Iterable[str], *, code: str = "AT", from_ms: int = 0) -> list[NewEntry]:
    return [
        sia(
            account,
            f"Nri0/{code}",
            sequence=1 + from_ms % 9000,
            at_us=START_US + (from_ms + n * 20) * MS,
        )
        for n, account in enumerate(accounts)
    ]


def test_a_single_power_failure_stands_alone(carry: Carry, operator: User) -> None:
    accounts = town(4)
    carry(lost(accounts))
    rows = selectors.queue(operator)
    assert [(row.priority, row.place) for row in rows] == [(3, f"Objekt 000{n}") for n in range(4)]
    assert {incident.group for incident in Incident.objects.all()} == {""}


def test_a_power_cut_is_one_row_and_the_hold_up_in_it_another_on_top(
    carry: Carry, operator: User
) -> None:
    accounts = town(300)
    storm = lost(accounts)
    storm.insert(150, sia("D0150", "Nri0/HA7", sequence=9, at_us=START_US + 3_001 * MS))
    carry(storm)
    rows = selectors.queue(operator)
    assert len(rows) == 6
    assert (rows[0].priority, rows[0].kind, rows[0].place, rows[0].alarm_count) == (
        1,
        "holdup",
        "Objekt 0150",
        1,
    )
    group = rows[1]
    assert (group.priority, group.place, group.alarm_count) == (2, "Malmen", 296)
    assert group.title("sv") == "Strömavbrott i Malmen: 296 larmsändare"
    assert group.title("en") == "Power cut in Malmen: 296 transmitters"
    assert [row.alarm_count for row in rows[2:]] == [1, 1, 1, 1]


def test_the_row_counts_down_as_they_return_and_stays(carry: Carry, operator: User) -> None:
    accounts = town(40)
    carry(lost(accounts))
    carry(lost(accounts[10:20], code="AR", from_ms=10_000))
    (group,) = [row for row in selectors.queue(operator) if row.priority == 2]
    assert group.title("sv") == "Strömavbrott i Malmen: 26 av 36 larmsändare kvar"
    assert group.restored_at is None
    carry(lost(accounts[:10] + accounts[20:], code="AR", from_ms=20_000))
    (group,) = [row for row in selectors.queue(operator) if row.priority == 2]
    assert group.title("sv") == "Strömavbrott i Malmen: alla 36 larmsändare åter"
    assert group.title("en") == "Power cut in Malmen: all 36 transmitters back"
    assert group.restored_at is not None
    carry(lost(accounts[10:12], from_ms=30_000))
    (group,) = [row for row in selectors.queue(operator) if row.priority == 2]
    assert group.title("sv") == "Strömavbrott i Malmen: 2 av 36 larmsändare kvar"
    assert group.restored_at is None


def test_every_member_is_on_the_timeline_with_its_rule(carry: Carry, operator: User) -> None:
    carry(lost(town(12)))
    group = Incident.objects.get(group="power:Malmen")
    entries = LogEntry.objects.filter(incident=group).order_by("id")
    assert [(entry.kind, entry.params["rule"]) for entry in entries] == [
        ("opened", "mass_power"),
        *[("alarm", "mass_power")] * 7,
    ]
    assert Alarm.objects.filter(link__incident=group).count() == 8


def test_power_cut_in_many_districts_is_one_row_of_the_whole_town(
    carry: Carry, operator: User
) -> None:
    carry(lost(town(60, ["Malmen", "Lindsdal", "Smedby"])))
    rows = selectors.queue(operator)
    assert len(rows) == 5
    assert (rows[0].title("sv"), rows[0].place) == ("Strömavbrott: 56 larmsändare", "")


def test_a_fault_of_one_transmitter_is_not_hidden_in_the_power_cut(
    carry: Carry, operator: User
) -> None:
    accounts = town(8)
    carry(lost(accounts))
    again = range(1, 5)  # one of the cut comes and goes
    carry(sia("D0007", "Nri0/AT1", sequence=n, at_us=START_US + n * 1_000 * MS) for n in again)
    fault = Incident.objects.get(links__alarm__notice="triage.swinger")
    assert (fault.group, fault.alarm_count, fault.place) == ("", 1, "Objekt 0007")
    assert Incident.objects.get(group="power:Malmen").alarm_count == 5


def test_a_power_cut_is_as_serious_as_it_was_whatever_a_rule_finds_of_a_member(
    carry: Carry, operator: User
) -> None:
    carry(lost(town(8)))
    cut = Incident.objects.get(group="power:Malmen")
    member = Alarm.objects.filter(link__incident=cut).first()
    assert member is not None
    judging.note_judgements(
        judged=[judging.Judged(member.pk, cut.opened_at, "more_serious", 4, member.priority, {})]
    )
    cut.refresh_from_db()
    assert (member.priority, cut.priority) == (3, 2)


def test_batteries_and_links_are_other_causes(carry: Carry, operator: User) -> None:
    accounts = town(20)
    storm = lost(accounts) + lost(accounts, code="YT", from_ms=1_000)
    storm += [
        cid(account, "1350 00 000", sequence=3, at_us=START_US + (2_000 + n * 20) * MS)
        for n, account in enumerate(accounts)
    ]
    carry(storm)
    assert set(Incident.objects.exclude(group="").values_list("group", flat=True)) == {
        "power:Malmen",
        "battery:Malmen",
        "link:Malmen",
    }
    assert len(selectors.queue(operator)) == 15


def test_dark_panels_join_the_receivers_mass_loss_and_are_counted_once(
    carry: Carry, operator: User
) -> None:
    accounts = town(8)
    carry(
        [
            notice("link.mass", group=7, count=8, accounts=accounts),
            *[notice("link.dark", account=account) for account in [*accounts[:3], "E1"]],
        ]
    )
    (row,) = selectors.queue(operator)
    assert row.title("sv") == "Förbindelser brutna: 9 larmsändare"
    assert row.alarm_count == 5
    carry([notice("link.mass_restored", group=7, count=6, accounts=accounts[:2])])
    (row,) = selectors.queue(operator)
    assert row.title("sv") == "Förbindelser brutna: 7 av 9 larmsändare kvar"


def test_closing_the_group_lets_the_next_cut_be_a_new_one(carry: Carry, operator: User) -> None:
    accounts = town(10)
    carry(lost(accounts))
    group = Incident.objects.get(group="power:Malmen")
    now = group.opened_at
    incidents.take(incident_id=group.pk, by=operator, now=now)
    incidents.close(
        incident_id=group.pk,
        by=operator,
        result="real_handled",
        skip_reason="Elnätet är återställt",
        now=now,
    )
    carry(lost(accounts[4:], from_ms=5_000))
    again = Incident.objects.get(group="power:Malmen", closed_at=None)
    assert again.pk != group.pk
    assert again.alarm_count == 6


def test_alarms_of_a_group_cost_the_same_number_of_queries_for_ten_and_for_two_hundred(
    carry: Carry, operator: User
) -> None:
    accounts = town(220)
    carry(lost(accounts[:6]))
    costs = []
    for part in (accounts[6:16], accounts[20:220]):
        with CaptureQueriesContext(connection) as queries:
            carry(lost(part, from_ms=1_000))
        costs.append(len(queries))
    assert abs(costs[0] - costs[1]) <= 4


def test_every_member_is_listed_the_lost_first(
    carry: Carry, operator: User, client: Client
) -> None:
    accounts = town(12)
    carry(lost(accounts))
    carry(lost(accounts[6:8], code="AR", from_ms=9_000))
    (group,) = Incident.objects.filter(group="power:Malmen")
    found = selectors.members(operator, group.number)
    assert found is not None
    assert [(each.account, each.place, each.is_back) for each in found] == [
        *[(f"D{n:04}", f"Objekt {n:04}", False) for n in (4, 5, 8, 9, 10, 11)],
        *[(f"D{n:04}", f"Objekt {n:04}", True) for n in (6, 7)],
    ]
    client.force_login(operator)
    pane = client.get(f"/larm/handelser/{group.number}/").content.decode()
    address = f"/larm/handelser/{group.number}/larmsandare/"
    assert f'href="{address}"' in pane
    page = client.get(address).content.decode()
    assert [f"Objekt {n:04}" in page for n in range(4, 12)] == [True] * 8
    assert client.get("/larm/handelser/2026-999999/larmsandare/").status_code == 404


def test_members_of_the_receivers_mass_loss_are_those_it_named(
    carry: Carry, operator: User
) -> None:
    accounts = town(4)
    carry(
        [
            notice("link.mass", group=7, count=4, accounts=accounts),
            notice("link.mass_restored", group=7, count=3, accounts=accounts[:1]),
        ]
    )
    found = selectors.members(operator, Incident.objects.get().number)
    assert found is not None
    assert [(each.place, each.is_back) for each in found] == [
        ("Objekt 0001", False),
        ("Objekt 0002", False),
        ("Objekt 0003", False),
        ("Objekt 0000", True),
    ]
