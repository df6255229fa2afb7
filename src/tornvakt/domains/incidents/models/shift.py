"""The shift (pass), its log, and the hand-over (överlämning) that both sign item by item."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class ShiftEnd(models.TextChoices):
    """How a shift came to its end."""

    OWN = "own"
    """The person ended it; somebody else was on, or there was nothing to hand over."""
    HANDED_OVER = "handed_over"
    LEFT = "left"
    """Handed over to nobody, with a reason."""
    CLOCK = "clock"
    """Nobody ended it, so the clock did (`TORNVAKT_SHIFT_HOURS`)."""


class Shift(models.Model):
    """One person's turn at the desks (pass), from "Börja pass" until it ends. UTC."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts"
    )
    role = models.CharField(max_length=20)
    """The desk role it was begun in (`access.Role`): operator or shift leader."""
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, choices=ShiftEnd.choices, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="shift_is_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
                name="shift_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="")
                | Q(ended_at__isnull=False) & ~Q(ended_how=""),
                name="shift_ends_in_some_way",
            ),
        ]
        indexes = [
            models.Index(fields=["began_at"], condition=Q(ended_at=None), name="shift_on_now"),
            models.Index(fields=["-began_at"], name="shift_newest"),
        ]


class ShiftEntryKind(models.TextChoices):
    """What a line of the shift log says; `sentences_of_shift.py` puts it in words."""

    NOTE = "note"
    BEGUN = "begun"
    ENDED = "ended"
    HANDED_OVER = "handed_over"
    LEFT = "left"
    """Left without a receiver."""
    RECEIVED_LATE = "received_late"
    FLOOD_BEGAN = "flood_began"
    FLOOD_ENDED = "flood_ended"
    SILENT_DESK = "silent_desk"
    DESK_BACK = "desk_back"
    PAPER_FAILED = "paper_failed"
    PAPER_WORKS = "paper_works"


class ShiftLogEntry(models.Model):
    """One line of the shift log (passlogg). Append-only: a correction is a new line."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=ShiftEntryKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """Who wrote it; None: the house itself."""
    text = models.TextField(default="", blank=True)
    params = models.JSONField(default=dict)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    """The line this one puts right; that one stays."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="note") | (Q(actor__isnull=False) & ~Q(text="")),
                name="shift_note_has_text_and_author",
            )
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="shift_log_newest")]


class HandOverState(models.TextChoices):
    """How far a hand-over has come."""

    PREPARED = "prepared"
    """The one who goes home goes through it (förbereda)."""
    EXCHANGED = "exchanged"
    """Somebody receives it; both go through it, item by item (genomgång)."""
    DONE = "done"
    LEFT = "left"
    """Nobody was there to receive it."""
    DROPPED = "dropped"
    """Begun and not gone on with: the shift goes on."""


class ShiftHandOver(models.Model):
    """One shift handed over (överlämning): drafted by the system, signed by two."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="hand_overs")
    state = models.CharField(
        max_length=10, choices=HandOverState.choices, default=HandOverState.PREPARED
    )
    receiver = models.ForeignKey(
        Shift, on_delete=models.PROTECT, null=True, related_name="received"
    )
    """The shift that receives it."""
    begun_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    """When somebody began to receive it."""
    over_at = models.DateTimeField(null=True)
    """When it was locked: done, left or dropped."""
    remarks = models.TextField(default="", blank=True)
    reason = models.CharField(max_length=500, default="", blank=True)
    """Why it was left without a receiver."""
    seen_at = models.DateTimeField(null=True)
    """When a shift leader had seen that it was left."""
    moved = models.JSONField(default=list, blank=True)
    """Numbers of the incidents whose owner went with it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(over_at=None), name="shift_is_handed_over_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "left", "dropped"]) ^ Q(over_at=None),
                name="hand_over_is_over_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(receiver=None) | ~Q(receiver=F("shift")),
                name="hand_over_is_to_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(receiver__isnull=False),
                name="hand_over_is_done_with_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="left") | ~Q(reason=""), name="hand_over_is_left_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["-begun_at"], name="shift_hand_over_newest")]


class ShiftHandOverItem(models.Model):
    """One thing to go through and sign, as it stood when it was last looked at."""

    hand_over = models.ForeignKey(ShiftHandOver, on_delete=models.PROTECT, related_name="items")
    key = models.CharField(max_length=80)
    """What it is about, e.g. ``incident:2026-000123``; the same thing keeps its key."""
    section = models.CharField(max_length=12)
    order = models.PositiveIntegerField()
    content = models.JSONField()
    """What is signed: codes, names and instants, no ages."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the content: a signature is on one content, and on no other."""
    changed_at = models.DateTimeField()
    is_gone = models.BooleanField(default=False)
    """It is no more (closed, ended), but somebody had signed that it was there."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hand_over", "key"], name="hand_over_item_is_once")
        ]


class Side(models.TextChoices):
    """Whose signature it is."""

    GIVES = "gives"
    RECEIVES = "receives"


class ShiftSignature(models.Model):
    """Somebody signed one item as it stood. Never changed; a new content wants a new one."""

    item = models.ForeignKey(ShiftHandOverItem, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    """What was signed, whatever the item came to say later."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "side", "by", "digest"], name="hand_over_item_is_signed_once"
            )
        ]
