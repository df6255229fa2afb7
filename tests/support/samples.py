"""Things to ask for by address: one maker for each name in an address, for the matrix.

A new name in an address fails the matrix until it has a maker here. A maker returns values by
state: ``open``, ``closed`` … as the thing can be, and always ``unknown``, which names nothing.
Every text of a thing holds CANARY, which must never be in an answer to somebody who may not see it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from tornvakt.base.access import grants
from tornvakt.base.access.compartments import CASE_ROOMS
from tornvakt.base.access.models import Role, RoleHolding, User
from tornvakt.base.access.services import create_user, invite
from tornvakt.base.audit import log as audit
from tornvakt.base.reviews import services as reviews
from tornvakt.base.reviews.models import Drawn
from tornvakt.base.ui.formats import STOCKHOLM
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import CallTree, DeskWindow
from tornvakt.domains.incidents.services import shift_hand_over, shifts
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.domains.sites.services import importing
from tornvakt.pure.months import month_of

CANARY = "Kanariefagel"
UNKNOWN = "unknown"
States = dict[str, Any]


@dataclass(frozen=True)
class Town:
    """What the makers start from."""

    operator: User
    leader: User
    administrator: User
    site: Site


def town() -> Town:
    """Three people and a place."""
    customer = sites.add_customer(name=f"{CANARY}kunden", is_fictional=True)
    return Town(
        operator=holder(Role.OPERATOR, "maker-op"),
        leader=holder(Role.SHIFT_LEADER, "maker-sl"),
        administrator=holder(Role.SYSADMIN, "maker-sys"),
        site=sites.add_site(customer=customer, name=f"{CANARY}skolan", is_fictional=True),
    )


def holder(role: str, username: str) -> User:
    """Somebody who has signed in and holds a role, whichever way it is given in earnest."""
    user = create_user(username=username, role="", call_name=username[:30], password=None)
    user.last_login = user.date_joined
    user.save(update_fields=["last_login"])
    if role:
        room = sorted(CASE_ROOMS)[0] if role == Role.ROOM_OWNER else ""
        RoleHolding.objects.create(user=user, role=role, room=room, since=user.date_joined)
    return user


def incident_numbers(town: Town) -> States:
    """An incident nobody has, one that is taken, one that is closed."""
    return {
        "waiting": _call(town, is_taken=False),
        "taken": _call(town, is_taken=True),
        "closed": _closed(town),
        UNKNOWN: "2026-999999",
    }


def site_numbers(town: Town) -> States:
    """A place, by its public number."""
    return {"there": town.site.number, UNKNOWN: "OBJ-999999"}


def user_ids(town: Town) -> States:
    """An account in use and a closed one."""
    closed = holder("", "maker-closed")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    return {"active": town.operator.pk, "closed": closed.pk, UNKNOWN: 999_999}


def holding_ids(town: Town) -> States:
    """A role in force."""
    held = RoleHolding.objects.get(user=town.operator)
    return {"in force": held.public_id, UNKNOWN: "0" * 16}


def right_ids(town: Town) -> States:
    """A right to a single thing, in force."""
    now = datetime.now(UTC)
    grant = grants.give(
        user=town.operator,
        action="sites.view",
        on=("site", town.site.number),
        since=now,
        until=None,
        why=f"{CANARY}arbete",
        now=now,
    )
    return {"in force": grant.public_id, UNKNOWN: "0" * 16}


def tokens(town: Town) -> States:
    """A one-time link that has not been used."""
    guest = create_user(username="maker-guest", role="", call_name="Guest")
    return {"fresh": invite(user=guest, now=datetime.now(UTC)), UNKNOWN: "x" * 43}


def nothing(town: Town) -> States:
    """Only what is not there: the thing itself is each person's own."""
    return {UNKNOWN: 999_999}


def log_sample_ids(town: Town) -> States:
    """A sample of the log of accounts."""
    return {"drawn": _drawn(town).sample_id, UNKNOWN: 999_999}


def log_drawn_ids(town: Town) -> States:
    """An entry of it."""
    return {"drawn": _drawn(town).pk, UNKNOWN: 999_999}


def _drawn(town: Town) -> Drawn:
    found = Drawn.objects.first()
    if found is None:
        now = datetime.now(UTC)
        with transaction.atomic():
            audit.wrote("access.pin_chosen", by=town.operator, room="SYS", at=now)
        day = timedelta(days=1)
        reviews.draw(
            room="SYS", since=now - day, until=now + day, many=1, by=town.administrator, now=now
        )
        found = Drawn.objects.get()
    return found


def providers(town: Town) -> States:
    """No identity provider is set up in a test."""
    return {UNKNOWN: "kommunen"}


def _call(town: Town, *, is_taken: bool) -> str:
    call = incidents.register_call(
        by=town.operator,
        kind="disturbance",
        route="tlc",
        place=f"{CANARY}torget",
        text=f"{CANARY} ropar",
        is_taken=is_taken,
        now=datetime.now(UTC),
    )
    assert call.incident is not None
    return call.incident.number


def _closed(town: Town) -> str:
    number = _call(town, is_taken=True)
    from tornvakt.domains.incidents.models import Incident

    incident = Incident.objects.get(number=number)
    Incident.objects.filter(pk=incident.pk).update(
        state="closed",
        closed_at=datetime.now(UTC) + timedelta(seconds=1),
        closed_by=town.operator,
        result="unfounded",
    )
    return number


def accounts(town: Town) -> States:
    """The account of a transmitter at the place."""
    sites.add_transmitter(site=town.site, account="CA4A", name=f"{CANARY}sändaren")
    return {"there": "CA4A", UNKNOWN: "FFFF"}


def keyholder_ids(town: Town) -> States:
    """Somebody to ring about the place."""
    draft = sites.KeyholderDraft(name=f"{CANARY}vakten", phone="0980-31 92 00")
    now = datetime.now(UTC)
    holder = sites.add_keyholder(site_id=town.site.pk, draft=draft, by=None, at=now)
    return {"there": holder.pk, UNKNOWN: 999_999}


def warning_ids(town: Town) -> States:
    """A warning at the place."""
    now = datetime.now(UTC)
    warning = sites.warn(site_id=town.site.pk, text=f"{CANARY}hund", by=None, at=now)
    return {"there": warning.pk, UNKNOWN: 999_999}


def key_ids(town: Town) -> States:
    """A key on the board."""
    now = datetime.now(UTC)
    key = sites.add_key(site_id=town.site.pk, number=f"{CANARY}1", by=None, at=now)
    return {"there": key.pk, UNKNOWN: 999_999}


def plan_ids(town: Town) -> States:
    """A text kept about the place."""
    plan = sites.add_plan(
        site_id=town.site.pk,
        data=f"{CANARY}plan".encode(),
        name="plan.txt",
        by=None,
        at=datetime.now(UTC),
    )
    return {"there": plan.pk, UNKNOWN: 999_999}


def alarm_kinds(_town: Town) -> States:
    """A kind of alarm; there is always a card for it."""
    return {"there": "burglary", UNKNOWN: "okant-slag"}


def _test(town: Town) -> int:
    now = datetime.now(UTC)
    test = sites.start_test(
        site_id=town.site.pk,
        ends_at=now + timedelta(hours=1),
        reason=f"{CANARY}prov",
        by=town.operator,
        at=now,
    )
    return test.pk


def test_ids(town: Town) -> States:
    """A test mode that runs at the place."""
    return {"running": _test(town), UNKNOWN: 999_999}


test_ids.__test__ = False  # type: ignore[attr-defined]  # a maker, and no test


def test_tokens(_town: Town) -> States:
    """No link of ours: a link shows its own place to whoever has it, which is its use."""
    return {UNKNOWN: "x" * 32}


test_tokens.__test__ = False  # type: ignore[attr-defined]


def import_ids(town: Town) -> States:
    """A file that has been read and waits for a yes."""
    now = datetime.now(UTC)
    data = f"Kund;Namn\r\n{CANARY}kunden;{CANARY}hallen\r\n".encode()
    run = importing.take_in(files=[("a.csv", data)], by=town.leader, now=now)
    importing.examine(import_id=run.pk, now=now)
    return {"judged": run.pk, UNKNOWN: 999_999}


def export_forms(_town: Town) -> States:
    """The forms an export comes in."""
    return {"there": "xlsx", UNKNOWN: "pdf"}


def duty_role_ids(_town: Town) -> States:
    """A duty."""
    role = incidents.add_duty_role(
        code="tib", name=f"{CANARY}jouren", by=None, now=datetime.now(UTC)
    )
    return {"there": role.pk, UNKNOWN: 999_999}


def duty_turn_ids(town: Town) -> States:
    """A turn that has begun and one to come."""
    duty_role_ids(town)
    now = datetime.now(UTC)
    turns = [
        incidents.add_turn(
            role_code="tib",
            person=f"{CANARY}{hours}",
            phone="0980-31 92 90",
            starts_at=now + timedelta(hours=hours),
            ends_at=now + timedelta(hours=hours + 24),
            by=None,
            now=now,
        )
        for hours in (-1, 23)
    ]
    return {"running": turns[0].pk, "coming": turns[1].pk, UNKNOWN: 999_999}


def hand_over_ids(town: Town) -> States:
    """A hand-over that goes on, and one that was left without a receiver."""
    now = datetime.now(UTC)
    found = {}
    for by, state in ((town.operator, "open"), (town.leader, "left")):
        shifts.begin(by=by, now=now)
        shifts.note(by=by, text=f"{CANARY}raden", now=now)
        begun = shift_hand_over.prepare(by=by, now=now)
        text = f"{CANARY}anmärkningen"
        shift_hand_over.remark(hand_over_id=begun.pk, by=by, text=text, now=now)
        found[state] = begun.pk
    left = {"hand_over_id": found["left"], "by": town.leader, "now": now}
    shift_hand_over.leave(**left, reason=f"{CANARY}skälet")
    return {**found, UNKNOWN: 999_999}


def silent_windows(town: Town) -> States:
    """A desk that is silent."""
    now = datetime.now(UTC)
    row = DeskWindow.objects.create(
        desk_id="sampledesk0001",
        user=town.operator,
        session_mark="sample",
        opened_at=now,
        answered_at=now,
        begun_at=now,
        trouble="hidden",
        trouble_since=now,
        known_at=now,
    )
    return {"silent": row.pk, UNKNOWN: 999_999}


def call_trees(town: Town) -> States:
    """A call tree that goes on."""
    return {"running": _call_tree("tree", "code").pk, UNKNOWN: 999_999}


def call_tree_codes(town: Town) -> States:
    """The code that whoever was called has."""
    _call_tree("coded", "samplecode0000")
    return {"running": "samplecode0000", UNKNOWN: "x" * 24}


def _call_tree(subject: str, code: str) -> CallTree:
    now = datetime.now(UTC)
    digest = hashlib.sha256(code.encode()).hexdigest()
    return CallTree.objects.create(
        cause="nobody", subject=subject, since=now, began_at=now, due_at=now, code_digest=digest
    )


def months(town: Town) -> States:
    """This month, which has figures of what the other makers made."""
    return {"now": f"{datetime.now(UTC).astimezone(STOCKHOLM):%Y-%m}", UNKNOWN: "2026-13"}


def months_over(town: Town) -> States:
    """The month before: who follows up reads none that goes on."""
    last = month_of(datetime.now(UTC), STOCKHOLM).later(-1)
    return {"over": str(last), UNKNOWN: "2026-13"}


def figure_forms(town: Town) -> States:
    """A form that a month's figures can be fetched in; the others take longer and say the same."""
    return {"csv": "csv", UNKNOWN: "doc"}


MAKERS: dict[tuple[str, str], Callable[[Town], States]] = {
    ("/larm/pass/overlamning/", "pk"): hand_over_ids,
    ("/larm/narvaro/", "window"): silent_windows,
    ("/larm/larmkedja/", "tree"): call_trees,
    ("/larmkedja/", "code"): call_tree_codes,
    ("/larm/handelser/", "number"): incident_numbers,
    ("/larm/handelser/", "file"): nothing,
    ("/larm/handelser/", "plan"): nothing,
    ("/larm/overhoppade/", "mark"): nothing,
    ("/larm/karta/", "layer"): nothing,
    ("/larm/karta/", "archive"): nothing,
    ("/larm/karta/", "z"): nothing,
    ("/larm/karta/", "x"): nothing,
    ("/larm/karta/", "y"): nothing,
    ("/larm/siffror/", "month"): months,
    ("/larm/siffror/", "form"): figure_forms,
    ("/siffror/", "month"): months_over,
    ("/siffror/", "form"): figure_forms,
    ("/objekt/", "number"): site_numbers,
    ("/objekt/", "account"): accounts,
    ("/objekt/", "keyholder_id"): keyholder_ids,
    ("/objekt/", "warning_id"): warning_ids,
    ("/objekt/", "key_id"): key_ids,
    ("/objekt/", "plan_id"): plan_ids,
    ("/objekt/", "kind"): alarm_kinds,
    ("/objekt/", "test_id"): test_ids,
    ("/objekt/import/", "import_id"): import_ids,
    ("/objekt/export", "form"): export_forms,
    ("/atgardskort/", "kind"): alarm_kinds,
    ("/prov/", "token"): test_tokens,
    ("/jour/", "turn_id"): duty_turn_ids,
    ("/jour/", "role_id"): duty_role_ids,
    ("/konton/", "user_id"): user_ids,
    ("/konton/", "holding_id"): holding_ids,
    ("/konton/", "right_id"): right_ids,
    ("/logg/stickprov/", "sample_id"): log_sample_ids,
    ("/logg/stickprov/", "drawn_id"): log_drawn_ids,
    ("/mitt-konto/", "pk"): nothing,
    ("/inbjudan/", "token"): tokens,
    ("/logga-in/", "provider_id"): providers,
}
"""By the beginning of the address and the name in it."""


def maker_of(address: str, name: str) -> Callable[[Town], States]:
    """Return the maker of a name in an address. Raises KeyError, which says what to add."""
    found = [key for key in MAKERS if address.startswith(key[0]) and key[1] == name]
    if not found:
        raise KeyError(f"tests/support/samples.py has no maker for {name} in {address}")
    return MAKERS[max(found, key=lambda key: len(key[0]))]
