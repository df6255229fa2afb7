"""Opening hours, instructions and own figures: a new row for each change, the old ones readable."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tornvakt.base.audit.models import Entry
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Instruction, OpeningSchedule, Site
from tornvakt.domains.sites.selectors import instruction_for, schedules_of, settings_of
from tornvakt.pure.instructions import Answer, Step, StepKind
from tornvakt.pure.schedules import OnHoliday, Schedule

pytestmark = pytest.mark.django_db
YESTERDAY = datetime(2026, 11, 21, 3, 40, tzinfo=UTC)
NOW = YESTERDAY + timedelta(days=1)
WEEK = ((("07:00", "17:00"),),) * 5 + ((), ())
CARD = (Step("a", "Ring vaktmästaren"), Step("b", "Anteckna"))


@pytest.fixture
def site() -> Site:
    """Give a place with one transmitter and zone 3."""
    customer = services.add_customer(name="Kommunen")
    site = services.add_site(customer=customer, name="Skolan")
    transmitter = services.add_transmitter(site=site, account="1234")
    services.add_zone(transmitter=transmitter, number="3", name="korridor", area="1")
    return site


def test_a_place_has_its_own_instruction_and_gets_the_default_back(site: Site) -> None:
    def title(at: datetime) -> tuple[str, int, bool]:
        found = instruction_for(site.pk, "fire", at)
        return found.title, found.version, found.is_default

    services.write_instruction(
        site_id=site.pk, kind="fire", title="Brand i skolan", steps=CARD, by=None, at=YESTERDAY
    )
    changed = (*CARD, Step("c", "Öppna grinden"))
    for _twice in range(2):
        services.write_instruction(
            site_id=site.pk, kind="fire", title="Brand i skolan", steps=changed, by=None, at=NOW
        )
    assert instruction_for(site.pk, "fire", NOW - timedelta(seconds=1)).steps == CARD
    assert instruction_for(site.pk, "fire", NOW).steps == changed
    assert title(YESTERDAY - timedelta(seconds=1)) == ("Brand", 1, True)
    assert title(YESTERDAY) == ("Brand i skolan", 1, False)
    assert title(NOW) == ("Brand i skolan", 2, False)
    later = NOW + timedelta(hours=1)
    services.end_instruction(site_id=site.pk, kind="fire", by=None, at=later)
    assert title(later) == ("Brand", 1, True)
    # A card that comes back is a new version: numbers are never given twice.
    services.write_instruction(
        site_id=site.pk, kind="fire", title="Igen", steps=CARD, by=None, at=later
    )
    assert title(later) == ("Igen", 3, False)
    assert Instruction.objects.filter(site=site).count() == 3


def test_a_default_can_be_written_anew(site: Site) -> None:
    services.write_instruction(
        site_id=None, kind="gas", title="Gas hos oss", steps=CARD, by=None, at=NOW
    )
    assert instruction_for(None, "gas", NOW - timedelta(1)).title == "Gas"
    found = instruction_for(site.pk, "gas", NOW)
    assert (found.title, found.version, found.is_default) == ("Gas hos oss", 2, True)
    entry = Entry.objects.get(action="sites.write_instruction")
    assert (entry.on_kind, entry.on_id) == ("default", "gas")


def test_an_instruction_that_refers_to_itself_is_never_stored(site: Site) -> None:
    around = (
        Step("a", "Ring", kind=StepKind.ASK, answers=(Answer("Ja", "b"), Answer("Nej", "a"))),
        Step("b", "Anteckna"),
    )
    with pytest.raises(services.InstructionHasFaults) as caught:
        services.write_instruction(
            site_id=site.pk, kind="fire", title="Runt", steps=around, by=None, at=NOW
        )
    assert [str(each) for each in caught.value.faults] == [
        "Steg 1 leder tillbaka till sig självt. Låt det leda till ett senare steg.",
    ]
    assert not Instruction.objects.filter(site=site).exists()
    with pytest.raises(services.UnknownAlarmKind):
        services.write_instruction(
            site_id=site.pk, kind="ufo", title="Ufo", steps=CARD, by=None, at=NOW
        )


def test_opening_hours_are_read_as_they_were(site: Site) -> None:
    before = Schedule(days=WEEK)
    after = Schedule(
        days=WEEK,
        on_holiday=OnHoliday.HOURS,
        holiday_hours=(("10:00", "14:00"),),
        exceptions={date(2026, 12, 24): (), date(2026, 12, 23): (("08:00", "12:00"),)},
        early_min=5,
        late_min=60,
        with_eves=False,
    )
    services.set_schedule(site_id=site.pk, schedule=before, by=None, at=YESTERDAY)
    for _twice in range(2):
        services.set_schedule(site_id=site.pk, schedule=after, by=None, at=NOW)
    assert schedules_of([site.pk], YESTERDAY)[site.pk][""][1] == before
    assert schedules_of([site.pk], NOW)[site.pk][""][1] == after
    assert OpeningSchedule.objects.count() == 2
    services.end_schedule(site_id=site.pk, by=None, at=NOW + timedelta(1))
    assert schedules_of([site.pk], NOW + timedelta(1)) == {}


def test_a_schedule_across_the_change_of_the_clock(site: Site) -> None:
    # Open 22-06 every night. On 25 October 2026 the clock goes from 03:00 back to 02:00, on
    # 28 March 2027 from 02:00 to 03:00: that night is nine hours, this one seven.
    nights = Schedule(days=((("22:00", "06:00"),),) * 7)
    services.set_schedule(site_id=site.pk, schedule=nights, by=None, at=YESTERDAY - timedelta(60))
    stored = schedules_of([site.pk], YESTERDAY)[site.pk][""][1]
    winter = stored.window_at(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert winter is not None
    assert (winter.opens_at, winter.closes_at) == (
        datetime(2026, 10, 24, 20, tzinfo=UTC),
        datetime(2026, 10, 25, 5, tzinfo=UTC),
    )
    summer = stored.window_at(datetime(2027, 3, 28, 0, 30, tzinfo=UTC))
    assert summer is not None
    assert summer.closes_at - summer.opens_at == timedelta(hours=7)


def test_the_rules_read_yesterday_as_it_was(site: Site) -> None:
    transmitter = site.transmitters.get()
    services.set_zones(
        transmitter_id=transmitter.pk,
        zones=[services.ZoneDraft("03", "aula", "2", "fire"), services.ZoneDraft("7", "kök")],
        by=None,
        at=NOW,
    )
    services.set_figure(site_id=site.pk, name="cancel_within_s", value=30, by=None, at=NOW)
    old = settings_of(["1234", "9999"], YESTERDAY)
    assert list(old) == ["1234"]
    zone = old["1234"].zone("3", YESTERDAY)
    assert zone is not None
    assert (zone.name, zone.area, zone.kind) == ("korridor", "1", "")
    assert old["1234"].own_figures(YESTERDAY) == {}
    both = settings_of(["1234"], YESTERDAY, NOW)["1234"]
    assert [z.name for at in (YESTERDAY, NOW) if (z := both.zone("003", at))] == [
        "korridor",
        "aula",
    ]
    assert both.zone("7", YESTERDAY) is None
    assert both.own_figures(NOW) == {"cancel_within_s": 30}
    services.set_figure(
        site_id=site.pk, name="cancel_within_s", value=None, by=None, at=NOW + timedelta(1)
    )
    assert settings_of(["1234"], NOW + timedelta(1))["1234"].own == ()


def test_a_zone_with_another_number_of_zeros_is_the_same_zone(site: Site) -> None:
    transmitter = site.transmitters.get()
    with pytest.raises(services.ZoneTwice):
        services.set_zones(
            transmitter_id=transmitter.pk,
            zones=[services.ZoneDraft("3", "a"), services.ZoneDraft("003", "b")],
            by=None,
            at=NOW,
        )
