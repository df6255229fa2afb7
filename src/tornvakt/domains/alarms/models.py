"""Tables of signals and alarms, and the place we have read to in the receiver's inbox."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tornvakt.domains.sites.models import Site, Transmitter


class InboxCursor(models.Model):
    """How far the inbox has been carried in; the one row moves in the signals' transaction.

    It remembers whose inbox it was and the chain's hash there, so that another or a restored inbox
    is refused instead of being mistaken for this one.
    """

    installation = models.CharField(max_length=64)
    entry_id = models.BigIntegerField()
    entry_hash = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="cursor_is_one_row")]


class AlarmState(models.TextChoices):
    """How an alarm stands (larmets läge)."""

    OPEN = "open"
    RESTORED = "restored"
    """The panel says it is over. Still on the desk: restore never hides."""
    CLOSED = "closed"
    """Its incident was closed. The same signal again is a new alarm."""


class Alarm(models.Model):
    """Signals that mean one thing at one place and call for somebody (larm)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="alarms")
    account = models.CharField(max_length=32, default="")
    key = models.CharField(max_length=200)
    """What makes a later signal "the same": see `pure/triage`."""
    kind = models.CharField(max_length=20)
    priority = models.PositiveSmallIntegerField()
    code_system = models.CharField(max_length=4, default="")
    code = models.CharField(max_length=8, default="")
    zone = models.CharField(max_length=16, default="")
    area = models.CharField(max_length=16, default="")
    peripheral = models.CharField(max_length=16, default="")
    notice = models.CharField(max_length=40, default="")
    """Name of the receiver's notice behind a technical alarm; empty for a panel's own."""
    params = models.JSONField(default=dict)
    title_sv = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    is_unknown = models.BooleanField(default=False)
    """The account is in nobody's register."""
    state = models.CharField(max_length=10, choices=AlarmState.choices, default=AlarmState.OPEN)
    opened_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    """When an authorised user cancelled it, in time to lower it; null again once it stands anew."""
    confirmed_at = models.DateTimeField(null=True)
    """When a second zone, or the panel itself, confirmed it."""
    signal_count = models.PositiveIntegerField(default=1)
    last_signal_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(priority__in=[1, 2, 3]), name="alarm_priority"),
            models.CheckConstraint(
                condition=Q(state=AlarmState.CLOSED) ^ Q(closed_at=None),
                name="alarm_is_closed_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["account", "key"],
                condition=Q(closed_at=None),
                name="alarm_is_open_once",
            ),
        ]
        indexes = [models.Index(fields=["is_unknown", "opened_at"], name="alarm_unknown_opened")]


class Signal(models.Model):
    """One message from a transmitter, as received (signal). Written once.

    Three times: what the panel says, when we received it, when it was safe on our disk.
    """

    entry_id = models.BigIntegerField(unique=True)
    """Its row in the receiver's inbox, which is the truth."""
    transmitter = models.ForeignKey(Transmitter, on_delete=models.SET_NULL, null=True)
    account = models.CharField(max_length=32)
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField()
    message_at = models.DateTimeField(null=True)
    occurred_at = models.DateTimeField(null=True)
    token = models.CharField(max_length=16)
    sequence = models.CharField(max_length=8, default="")
    path = models.CharField(max_length=80, default="")
    raw = models.BinaryField()
    plain = models.BinaryField(default=b"")
    flags = models.JSONField(default=list)
    extended = models.JSONField(default=list)
    reader_version = models.PositiveSmallIntegerField()
    is_set_aside = models.BooleanField(default=False)
    """Could not be read; stored raw and shown so."""
    is_known = models.BooleanField(default=True)
    """Whether anybody knew the account when it came. The register may have changed since."""

    class Meta:
        indexes = [models.Index(fields=["account", "-received_at"], name="signal_account_received")]


class SignalEvent(models.Model):
    """One thing a signal says. Contact ID says one, a SIA message may say several."""

    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="events")
    position = models.PositiveSmallIntegerField()
    code_system = models.CharField(max_length=4, default="")
    code = models.CharField(max_length=8, default="")
    qualifier = models.CharField(max_length=16, default="")
    kind = models.CharField(max_length=20)
    priority = models.PositiveSmallIntegerField()
    zone = models.CharField(max_length=16, default="")
    area = models.CharField(max_length=16, default="")
    user = models.CharField(max_length=16, default="")
    text = models.CharField(max_length=500, default="")
    occurred_at = models.DateTimeField(null=True)
    alarm = models.ForeignKey(
        Alarm, on_delete=models.PROTECT, null=True, related_name="events", db_index=False
    )
    rule = models.CharField(max_length=40, default="")
    """The rule of triage that put it where it is."""
    verdict = models.CharField(max_length=10, default="")
    """What became of it, a word of `pure.triage.Verdict`; empty: stored before this was kept."""
    judged_priority = models.PositiveSmallIntegerField(null=True)
    """Its priority as the rules set it, which is not always its code's."""
    notes = models.JSONField(default=list)
    """What the other rules found: pairs of a rule's name and its figures."""
    is_test = models.BooleanField(default=False)
    """Came while the place was on test: shown as a test, and in nobody's queue."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["signal", "position"], name="event_position_is_unique")
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(alarm=None), name="event_in_log_newest_first"),
            models.Index(fields=["alarm", "-signal"], name="event_of_alarm_newest_first"),
        ]


TEST_MODE = "test_mode"
"""The parameter of a notice that says which test mode it fell under."""


class Notice(models.Model):
    """Something the receiver or the house itself announced (driftmeddelande)."""

    entry_id = models.BigIntegerField(unique=True, null=True)
    """Its row in the inbox; null when it was made in the database."""
    name = models.CharField(max_length=40)
    account = models.CharField(max_length=32, default="")
    params = models.JSONField(default=dict)
    priority = models.PositiveSmallIntegerField()
    received_at = models.DateTimeField()
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, null=True, related_name="notices")

    class Meta:
        indexes = [
            models.Index(fields=["-id"], condition=Q(alarm=None), name="notice_in_log_newest_first")
        ]

    @property
    def is_test(self) -> bool:
        """It fell under a test mode, and called for nobody."""
        return TEST_MODE in self.params


class AccountState(models.Model):
    """What an account said lately: what the rules look back on, and when it last tested.

    One row an account that is known; written with the signals of a batch.
    """

    account = models.CharField(max_length=32, unique=True)
    history = models.JSONField(default=dict)
    """`pure.triage.History` as JSON."""
    heard_at = models.DateTimeField()
    """Its newest signal. Link tests without content are the receiver's and not here."""
    test_seen_at = models.DateTimeField(null=True)
    """Its newest test signal (provlarm), also one that came in test mode."""


class AreaState(models.Model):
    """Whether an area of a transmitter is armed, by the newest thing it said about it."""

    account = models.CharField(max_length=32)
    area = models.CharField(max_length=16, default="")
    """Its number; empty when the panel names none, or the whole place."""
    is_open = models.BooleanField()
    """Disarmed (frånkopplat)."""
    changed_at = models.DateTimeField()
    user = models.CharField(max_length=16, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "area"], name="area_state_is_one")
        ]


class RuleSet(models.Model):
    """A set of figures for the rules (regeluppsättning), from a time on; the newest one holds.

    Never changed and never taken away, so that any day can be judged by what held then.
    """

    valid_from = models.DateTimeField(unique=True)
    version = models.CharField(max_length=40)
    content = models.JSONField()
    """`pure.triage.Rules` as JSON."""
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """Null: from the command line of the machine."""
    why = models.CharField(max_length=200, default="")

    def __str__(self) -> str:
        return self.version
