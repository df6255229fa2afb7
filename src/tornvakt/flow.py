"""The whole journey on one page: on this fact, do that."""

from collections.abc import Sequence

from django.conf import settings

from tornvakt.base.access.facts import RoleEnded, SessionsEnded
from tornvakt.base.emergency import tickets
from tornvakt.base.facts.bus import at_once, at_once_together
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.alarms.facts import (
    AlarmJudged,
    AlarmRaised,
    AlarmRepeated,
    AlarmRestored,
    AlarmReworded,
)
from tornvakt.domains.incidents import selectors as incidents_known
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.facts import (
    CallTreeBegan,
    CallTreeEnded,
    DeskCameBack,
    DeskFellSilent,
    IncidentCancelled,
    IncidentClosed,
    IncidentOpened,
    ShiftEnded,
)
from tornvakt.domains.incidents.models import ShiftEntryKind
from tornvakt.domains.incidents.selectors.presence import (
    notice_of_desk,
    notice_of_tree,
    person_of_shift,
)
from tornvakt.domains.incidents.services import judging, shifts, windows
from tornvakt.domains.sites.facts import TestModeEnded


@at_once_together(AlarmRaised)
def alarms_open_incidents(facts: Sequence[AlarmRaised]) -> None:
    """What an operator takes is always an incident."""
    raised = [incidents.Raised(fact.alarm_id, fact.rule, fact.beside_id) for fact in facts]
    incidents.open_for_all(raised=raised, now=facts[-1].at)


@at_once_together(AlarmRepeated)
def repeats_are_counted(facts: Sequence[AlarmRepeated]) -> None:
    """The same thing again is shown on the incident it belongs to."""
    incidents.note_repeats(
        repeated=[
            incidents.Repeated(fact.alarm_id, fact.count, fact.at, fact.rule) for fact in facts
        ]
    )


@at_once_together(AlarmRestored)
def restores_are_noted(facts: Sequence[AlarmRestored]) -> None:
    """A restore annotates and never hides."""
    incidents.note_restores(
        restored=[incidents.Restored(fact.alarm_id, fact.at, fact.rule) for fact in facts]
    )


@at_once_together(AlarmJudged)
def rules_stand_on_the_timeline(facts: Sequence[AlarmJudged]) -> None:
    """What a rule found is written down, and the incident is as serious as its alarms."""
    judging.note_judgements(
        judged=[
            judging.Judged(fact.alarm_id, fact.at, fact.rule, fact.was, fact.priority, fact.params)
            for fact in facts
        ]
    )


@at_once_together(AlarmReworded)
def incidents_follow_their_alarms(facts: Sequence[AlarmReworded]) -> None:
    """What hit many counts down as they return."""
    incidents.note_news(news=[incidents.News(fact.alarm_id, fact.at) for fact in facts])


@at_once(IncidentClosed)
def closed_incident_closes_its_alarms(fact: IncidentClosed) -> None:
    """The same signal after this is a new alarm."""
    alarms.close_alarms(alarm_ids=incidents_known.alarm_ids(fact.incident_id), at=fact.at)


@at_once(TestModeEnded)
def what_stands_after_a_test_is_an_alarm(fact: TestModeEnded) -> None:
    """Nobody may forget a zone that was tested and never came back."""
    alarms.end_of_test(test_id=fact.test_id, now=fact.at)


@at_once(IncidentCancelled)
def cancelled_incident_closes_its_alarms(fact: IncidentCancelled) -> None:
    """The same signal again is a new alarm, never counted where nobody looks."""
    alarms.close_alarms(alarm_ids=incidents_known.alarm_ids(fact.incident_id), at=fact.at)


@at_once_together(IncidentOpened)
def incidents_get_their_instruction(facts: Sequence[IncidentOpened]) -> None:
    """Nobody works on an incident without knowing what to do."""
    ids = [fact.incident_id for fact in facts]
    incidents.freeze_instructions(incident_ids=ids, now=facts[-1].at)


@at_once(RoleEnded)
def lost_role_ends_the_shift(fact: RoleEnded) -> None:
    """Who may not sit at a desk is not on shift there."""
    shifts.end_for_lost_role(user_id=fact.user_id, now=fact.at)


@at_once(RoleEnded)
def lost_role_lets_go_of_incidents(fact: RoleEnded) -> None:
    """What somebody had who may take nothing any more waits for a colleague."""
    incidents.release_held_by(user_id=fact.user_id, now=fact.at)


@at_once(DeskFellSilent)
def silent_desks_stand_in_the_log(fact: DeskFellSilent) -> None:
    """Nobody has to remember when a colleague's desk fell silent."""
    alarms.announce(name="desk.fell_silent", params=notice_of_desk(fact.window_id), now=fact.at)


@at_once(DeskFellSilent)
def silent_desks_stand_in_the_shift_log(fact: DeskFellSilent) -> None:
    """Whoever takes over the shift reads that a desk was silent."""
    who = {"who": notice_of_desk(fact.window_id)["who"]}
    shifts.write_line(ShiftEntryKind.SILENT_DESK, at=fact.at, params=who)


@at_once(DeskCameBack)
def desks_that_came_back_stand_in_the_shift_log(fact: DeskCameBack) -> None:
    """And that it came back."""
    who = {"who": notice_of_desk(fact.window_id)["who"]}
    shifts.write_line(ShiftEntryKind.DESK_BACK, at=fact.at, params=who)


@at_once(DeskCameBack)
def desks_that_came_back_stand_in_the_log(fact: DeskCameBack) -> None:
    """The incident it became says so too."""
    alarms.announce(name="desk.back", params=notice_of_desk(fact.window_id), now=fact.at)


@at_once(CallTreeBegan)
def a_call_tree_stands_in_the_log(fact: CallTreeBegan) -> None:
    """Whoever comes to the desk sees that people were called, and why."""
    alarms.announce(name="call_tree.began", params=notice_of_tree(fact.tree_id), now=fact.at)


@at_once(CallTreeEnded)
def an_answered_call_tree_stands_in_the_log(fact: CallTreeEnded) -> None:
    """And how it ended."""
    alarms.announce(name="call_tree.ended", params=notice_of_tree(fact.tree_id), now=fact.at)


@at_once(RoleEnded)
def lost_role_ends_the_shift_ticket(fact: RoleEnded) -> None:
    """It is shown where nobody can be asked, so it is ended where it is read."""
    tickets.end(DataDir(settings.DATA), user=fact.user_id, now=fact.at.timestamp())


@at_once(SessionsEnded)
def ended_sessions_end_the_shift_ticket(fact: SessionsEnded) -> None:
    """A new one is given with the next shift."""
    tickets.end(DataDir(settings.DATA), user=fact.user_id, now=fact.at.timestamp())


@at_once(ShiftEnded)
def an_ended_shift_ends_its_ticket(fact: ShiftEnded) -> None:
    """Nothing is expected of the desk any more either."""
    person = person_of_shift(fact.shift_id)
    windows.end_windows(user_id=person, now=fact.at)
    tickets.end(DataDir(settings.DATA), user=person, now=fact.at.timestamp())
