"""People who sign in, the roles they hold, and the one-time links that let them in."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tornvakt.base.access.compartments import Compartment


def public_id() -> str:
    """A name for a row that says nothing of how many rows there are."""
    return secrets.token_hex(8)


class Role(models.TextChoices):
    """What a person does in the house (roll). What a role may do stands in the rooms' policies."""

    OPERATOR = "operator", _("Operator")  # larmoperatör
    SHIFT_LEADER = "shift_leader", _("Shift leader")  # skiftledare
    GUARD = "guard", _("Guard")  # väktare, ordningsvakt
    GROUP_LEADER = "group_leader", _("Group leader")  # gruppledare
    COORDINATOR = "coordinator", _("Coordinator")  # samordnare
    CHILD_OFFICER = "child_officer", _("Child welfare officer")  # barnhandläggare
    VNR_OFFICER = "vnr_officer", _("Domestic violence officer")  # VNR-handläggare
    EXIT_OFFICER = "exit_officer", _("Exit programme officer")  # avhopparhandläggare
    ROOM_OWNER = "room_owner", _("Room owner")  # rumsägare
    CAMERA_OFFICER = "camera_officer", _("Camera officer")  # kameraansvarig
    ANALYST = "analyst", _("Analyst")  # analytiker
    CONTROLLER = "controller", _("Controller")  # ekonom, controller
    POLITICIAN = "politician", _("Politician or executive")  # politiker, ledning
    LOG_REVIEWER = "log_reviewer", _("Log reviewer")  # loggranskare
    DPO = "dpo", _("Data protection officer")  # dataskyddsombud
    SYSADMIN = "sysadmin", _("System administrator")  # systemadministratör
    ACTIVITY_LEADER = "activity_leader", _("Activity leader")  # aktivitetsledare
    PARTNER_USER = "partner_user", _("Partner")  # partneranvändare
    TECHNICIAN = "technician", _("Technician")  # fastighetstekniker
    HEADMASTER = "headmaster", _("Head teacher")  # rektor
    REGISTRAR = "registrar", _("Registrar")  # registrator
    PLANNER = "planner", _("Planner")  # planerare


CASE_ROLES = {
    Role.CHILD_OFFICER: Compartment.BARN,
    Role.VNR_OFFICER: Compartment.VNR,
    Role.EXIT_OFFICER: Compartment.AVH,
}
"""Roles that work in a room of cases, and which."""


class Theme(models.TextChoices):
    """How a page looks."""

    AUTO = "auto", _("As the computer")
    DARK = "dark", _("Dark")
    LIGHT = "light", _("Light")


class User(AbstractUser):
    """A person with an account (användare).

    ``call_name`` is what colleagues see ("Op 2"); the person's own name stays out of the desk.
    ``role`` is the one shown beside it; what a person may do follows from ``roles``.
    """

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.OPERATOR)
    call_name = models.CharField(max_length=30)
    language = models.CharField(
        max_length=2, choices=[("sv", "Svenska"), ("en", "English")], default="sv"
    )
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    pin = models.CharField(max_length=128, default="", blank=True)
    """Argon2 hash of the PIN that opens a locked desk; empty when none is chosen."""
    pin_failures = models.PositiveSmallIntegerField(default=0)
    """Wrong PINs since the last right answer. Counted before the PIN is judged."""
    made_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """Who made the account; None: made on the machine itself, or by the demo. See `hands`."""

    REQUIRED_FIELDS = ["call_name"]

    _held: tuple[frozenset[str], frozenset[str]] | None = None

    def __str__(self) -> str:
        return self.call_name

    @property
    def roles(self) -> frozenset[str]:
        """The roles in force, asked of the database once for each copy of the person in memory.

        A request makes its own copy, so a role taken away is gone at the next request. A person
        who was never stored has the role they were made with.
        """
        return frozenset({self.role}) if self.pk is None else self._hold()[0]

    @property
    def rooms_owned(self) -> frozenset[str]:
        """The case rooms the person owns; read together with the roles."""
        return frozenset() if self.pk is None else self._hold()[1]

    def _hold(self) -> tuple[frozenset[str], frozenset[str]]:
        if self._held is None:
            held = self.holdings_in_force(timezone.now())
            rooms = (each.room for each in held if each.room)
            self._held = frozenset(each.role for each in held), frozenset(rooms)
        return self._held

    def holdings_in_force(self, at: datetime) -> list["RoleHolding"]:
        """The roles held at an instant. Reads what was prefetched, if it was."""
        return [each for each in self.holdings.all() if each.is_in_force(at)]

    def forget_roles(self) -> None:
        """Ask the database again the next time ``roles`` is read."""
        self._held = None
        self.__dict__.get("_prefetched_objects_cache", {}).pop("holdings", None)

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: "models.QuerySet[User, User] | None" = None,
    ) -> None:
        """As Django's, and the roles too."""
        super().refresh_from_db(using, fields, from_queryset)
        self.forget_roles()


class RoleHolding(models.Model):
    """A role somebody holds (rollinnehav), from ``since`` up to but not including ``until``.

    One that needs a second person is in force only once it is confirmed. Ended ones are kept: who
    could do what on a certain night is asked for years afterwards.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    """What addresses and the log call it: serial numbers would let holdings that are not shown
    be counted."""
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="holdings"
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    room = models.CharField(max_length=4, default="", blank=True)
    """The case room a room owner owns; empty for every other role."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """None: made from the command line of the machine itself, or by the demo."""
    needs_confirmation = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    announced_at = models.DateTimeField(null=True)
    """When the house was told that it is over; None while it lasts."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="holding_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=(models.Q(role="room_owner") & ~models.Q(room=""))
                | (~models.Q(role="room_owner") & models.Q(room="")),
                name="holding_names_a_room_for_its_owner",
            ),
            models.CheckConstraint(
                condition=~models.Q(granted_by=models.F("user")),
                name="holding_is_not_granted_to_oneself",
            ),
            models.CheckConstraint(
                condition=~models.Q(confirmed_by=models.F("user"))
                & ~models.Q(confirmed_by=models.F("granted_by")),
                name="holding_is_confirmed_by_a_third_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], condition=models.Q(announced_at=None), name="holding_due"
            )
        ]

    def is_in_force(self, at: datetime) -> bool:
        """Tell whether it counts at an instant."""
        is_confirmed = not self.needs_confirmation or (
            self.confirmed_at is not None and self.confirmed_at <= at
        )
        return is_confirmed and self.since <= at and (self.until is None or at < self.until)


class Grant(models.Model):
    """A right to one action on one thing, beside the roles (särskild behörighet).

    Written by `flow` for somebody who takes part in a thing (a guard and an assignment), and ended
    when the part is over, or given by hand with a reason and an end. Half-open like everything with
    a time.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    """What addresses call it: serial numbers would let rights that are not shown be counted."""
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants"
    )
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    """What sort of thing: ``incident``, ``site``. With ``object_id`` its public name."""
    object_id = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    why = models.CharField(max_length=200)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="grant_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~models.Q(given_by=models.F("user")),
                name="grant_is_not_given_to_oneself",
            ),
        ]
        indexes = [models.Index(fields=["user", "action", "kind", "object_id"], name="grant_of")]


class Obligation(models.Model):
    """Something that must be done before a thing may be closed (öppet krav).

    A room above writes it down for a room below, which only asks whether any is open.
    """

    kind = models.CharField(max_length=30)
    object_id = models.CharField(max_length=40)
    what = models.CharField(max_length=60)
    """A code of the room that owes it, such as ``intervention_report``."""
    room = models.CharField(max_length=4)
    owed_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "what"],
                condition=models.Q(met_at=None),
                name="obligation_is_owed_once",
            )
        ]


class Invitation(models.Model):
    """A one-time link for a new account (inbjudan). Only a digest of its token is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """Who held the link first; None for one made on the machine, or by two persons."""


class LinkRequest(models.Model):
    """Somebody asked for a new one-time link to an account in use (begäran om ny länk).

    Kept after it has been confirmed: the person, the administrators and the log's reviewers are
    shown it. One that nobody confirmed in time counts for nothing.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="link_requests"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """None: made on the machine itself."""
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(asked_by=models.F("user"))
                & ~models.Q(confirmed_by=models.F("user"))
                & ~models.Q(confirmed_by=models.F("asked_by")),
                name="link_is_confirmed_by_a_third_person",
            )
        ]
