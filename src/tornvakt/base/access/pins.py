"""The PIN that opens a locked desk. It opens nothing else, and only a session already open.

A wrong PIN is counted before it is judged, so that guessing many at once gains nothing. After five
wrong ones the PIN rests until the desk has been opened with the password or a passkey: the person
at the desk is held up for a moment, and a passer-by gets five tries of a million.
"""

import re
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.pure.facts import Refusal

TRIES = 5
_DIGITS = re.compile(r"\d{6,12}", re.ASCII)
_RUNS = "01234567890123456789 98765432109876543210"


class PinTooSimple(Refusal):
    """Too short, or one of those that are tried first."""

    def __init__(self) -> None:
        super().__init__(
            _("Choose 6 to 12 digits that are neither all the same nor a run like 123456.")
        )


class PinWrong(Refusal):
    """Not the PIN, or none is chosen. Which one is not said."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(
            _("Wrong PIN. %(left)s tries are left.") % {"left": left}
            if left
            else _("Wrong PIN. Open with your password or a passkey.")
        )


class PinResting(Refusal):
    """Too many wrong ones."""

    def __init__(self) -> None:
        super().__init__(
            _("The PIN rests after five wrong tries. Open with your password or a passkey.")
        )


@transaction.atomic
def set_pin(*, user: User, pin: str, now: datetime) -> None:
    """Choose a PIN, or with an empty one have none. Raises PinTooSimple."""
    if pin and (not _DIGITS.fullmatch(pin) or len(set(pin)) == 1 or pin in _RUNS):
        raise PinTooSimple
    user.pin = make_password(pin, hasher="default") if pin else ""
    user.pin_failures = 0
    user.save(update_fields=["pin", "pin_failures"])
    audit.wrote(
        "access.pin_chosen" if pin else "access.pin_removed",
        by=user,
        on=("user", str(user.pk)),
        room="SYS",
        at=now,
    )


def judge_pin(*, user: User, pin: str) -> None:
    """Return when it is the right one. Raises PinWrong and PinResting."""
    tried = User.objects.filter(pk=user.pk, pin_failures__lt=TRIES)
    if not tried.update(pin_failures=F("pin_failures") + 1):
        raise PinResting
    known = User.objects.values_list("pin", "pin_failures").get(pk=user.pk)
    if not known[0] or not check_password(pin, known[0]):
        raise PinWrong(TRIES - known[1])
    forgive(user=user)


def forgive(*, user: User) -> None:
    """Start counting from the beginning: the person has shown who they are."""
    User.objects.filter(pk=user.pk).update(pin_failures=0)
