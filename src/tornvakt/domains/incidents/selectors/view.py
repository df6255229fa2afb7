"""One incident with everything its page shows, in a constant number of queries."""

from datetime import UTC, datetime

from django.db.models import Q

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.domains.incidents.cards import (
    CallView,
    ClockView,
    HandOverView,
    LinkedRow,
    May,
    WaitView,
)
from tornvakt.domains.incidents.models import Call, HandOver, Incident
from tornvakt.domains.incidents.outcomes import CallKind, Receiver, Route
from tornvakt.domains.incidents.pictures import Choice, IncidentView
from tornvakt.domains.incidents.selectors import card, files, nearby, rows, timeline
from tornvakt.domains.incidents.states import TRANSITIONS, Result, State, causes_for, results_of
from tornvakt.domains.sites import selectors as sites

LINKED_LIMIT = 50


def incident(viewer: User, number: str, now: datetime | None = None) -> IncidentView | None:
    """Return one incident as it stands at ``now``; None when there is none to see."""
    now = now or datetime.now(UTC)
    seen = rows.visible(viewer)
    found = seen.select_related(
        "site", "taken_by", "closed_by", "merged_into", "reopens"
    ).filter(number=number).first()  # fmt: skip
    if found is None:
        return None
    site = found.site
    at_site = [site.pk] if site else []
    may = _may(viewer, found)
    return IncidentView(
        row=rows.row(found),
        address=site.address if site else "",
        site_kind=site.kind if site else "",
        site_id=site.pk if site else None,
        site_number=site.number if site else "",
        access_text=site.access_text if site else "",
        site_phone=site.phone if site else "",
        latitude=found.latitude if found.latitude is not None else site.latitude if site else None,
        longitude=found.longitude
        if found.longitude is not None
        else site.longitude
        if site
        else None,
        entries=timeline.timeline(found),
        alarms=timeline.alarms(found),
        results=[Choice(code, str(label)) for code, label in Result.choices],
        causes=[
            Choice(each.value, str(each.label), results_of(each, found.kind))
            for each in causes_for(found.kind)
        ],
        result=found.result,
        cause=found.cause,
        summary=found.summary,
        closed_by_call_name=found.closed_by.call_name if found.closed_by else "",
        clocks=_clocks(found),
        card=card.card(found),
        calling=card.call_list(found, now),
        warnings=sites.warnings(site.pk, now) if site else (),
        keys=sites.keys(site.pk) if site else (),
        plans=sites.plans(site.pk) if site else (),
        tests=sites.tests_of(at_site, now) if site else (),
        files=files.files(found),
        duplicates=nearby.duplicates(found, seen) if may.merge else [],
        history=nearby.history(found, seen, now),
        linked=_linked(found),
        calls=_calls(found),
        hand_overs=_hand_overs(found),
        waiting=WaitView(found.waiting_for, found.wakes_at) if found.wakes_at else None,
        may=may,
        may_take=may.take,
        may_note=may.note,
        may_give_back=may.give_back,
        may_close=may.close,
    )


def _may(viewer: User, found: Incident) -> May:
    state = State(found.state)
    ways = TRANSITIONS[state]
    is_open = found.closed_at is None
    is_mine = is_open and found.taken_by_id == viewer.pk
    is_free = is_open and found.taken_by_id is None
    is_anothers = is_open and not is_mine and not is_free

    def can(verb: str) -> bool:
        return decide(viewer, f"incidents.{verb}", found)

    let_go = "give_back" if is_mine else "give_back_for_another"
    return May(
        take=is_free and can("take"),
        take_over=is_anothers and can("take_over"),
        give_back=is_open and not is_free and can(let_go),
        note=is_open and can("note"),
        tick=(is_mine or is_free) and can("tick"),
        record_attempt=is_open and can("ring"),
        attach=is_open and can("attach"),
        edit=is_open and can("edit"),
        hand_over=is_open and can("hand_over"),
        dispatch=is_mine and State.DISPATCHED in ways and can("dispatch"),
        arrive=is_mine and State.ON_SCENE in ways and can("dispatch"),
        recall=is_mine and state == State.DISPATCHED and can("dispatch"),
        wait=is_mine and State.WAITING in ways and can("wait"),
        resume=(is_mine or is_free) and state in (State.WAITING, State.RESOLVED) and can("wait"),
        resolve=is_mine and State.RESOLVED in ways and can("dispatch"),
        merge=(is_mine or is_free) and State.MERGED in ways and can("merge"),
        undo_merge=state == State.MERGED and can("undo_merge"),
        cancel=(is_mine or (is_free and found.priority > 1))
        and State.CANCELLED in ways
        and can("cancel"),
        undo_cancel=state == State.CANCELLED and can("undo_cancel"),
        reopen=state == State.CLOSED and can("reopen"),
        close=is_mine
        and state in (State.IN_PROGRESS, State.ON_SCENE, State.RESOLVED)
        and can("close"),
    )


def _clocks(found: Incident) -> list[ClockView]:
    stamps = (
        ("received", found.opened_at),
        ("taken", found.first_taken_at),
        ("dispatched", found.dispatched_at),
        ("on_scene", found.on_scene_at),
        ("resolved", found.resolved_at),
        ("closed", found.closed_at),
    )
    return [
        ClockView(name, at, (at - found.opened_at).total_seconds() if at else None)
        for name, at in stamps
    ]


def _linked(found: Incident) -> list[LinkedRow]:
    linked = []
    if found.merged_into is not None:
        linked.append(_link(found.merged_into, "joined_into"))
    if found.reopens is not None:
        linked.append(_link(found.reopens, "goes_on"))
    others = Incident.objects.filter(Q(merged_into=found) | Q(reopens=found)).order_by("opened_at")
    for other in others[:LINKED_LIMIT]:
        linked.append(_link(other, "joined" if other.merged_into_id == found.pk else "went_on"))
    return linked


def _link(other: Incident, relation: str) -> LinkedRow:
    return LinkedRow(
        number=other.number,
        title_sv=other.title_sv,
        title_en=other.title_en,
        relation=relation,
        opened_at=other.opened_at,
        state=other.state,
    )


def _calls(found: Incident) -> list[CallView]:
    rows = Call.objects.filter(Q(incident=found) | Q(incident__merged_into=found))
    return [
        CallView(
            id=row.pk,
            at=row.at,
            by_call_name=row.operator.call_name,
            phone=row.phone,
            kind=row.kind,
            kind_label=str(CallKind(row.kind).label),
            route=row.route,
            route_label=str(Route(row.route).label),
            place=row.place,
            text=row.text,
        )
        for row in rows.select_related("operator").order_by("at", "pk")
    ]


def _hand_overs(found: Incident) -> list[HandOverView]:
    rows = HandOver.objects.filter(incident=found).select_related("by").order_by("at", "pk")
    return [
        HandOverView(
            at=row.at,
            by_call_name=row.by.call_name,
            to=row.to,
            to_label=str(Receiver(row.to).label),
            answered_by=row.answered_by,
            case_number=row.case_number,
        )
        for row in rows
    ]
