"""Keyholders and keys: whom to ring about a place, and what hangs on the board."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.domains.sites import code_words
from tornvakt.domains.sites.models import Keyholder, KeyLoan, Site, SiteKey
from tornvakt.domains.sites.services.places import Nameless
from tornvakt.domains.sites.services.writing import changes_register, tell
from tornvakt.pure.facts import Refusal
from tornvakt.pure.schedules import OnHoliday, Schedule

LONGEST_CODE_WORD = 60
FORGOTTEN_AT_ONCE = 500
_FORGOTTEN = Q(name="", role="", phone="", phone2="")


class KeyTaken(Refusal):
    """Another key on the board has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("There already is a key with the number %(number)s. Number this one differently.")
            % {"number": number}
        )


class KeyIsLent(Refusal):
    """The key is not on the board."""

    def __init__(self, borrower: str) -> None:
        super().__init__(
            _("%(borrower)s has the key. Note that it was returned first.") % {"borrower": borrower}
        )


class NotACodeWord(Refusal):
    """Empty, or longer than anybody says on the telephone."""

    def __init__(self) -> None:
        super().__init__(
            _("Write a code word of 1 to %(most)d characters.") % {"most": LONGEST_CODE_WORD}
        )


class NotAWeek(Refusal):
    """Weekly hours that are no seven days."""

    def __init__(self) -> None:
        super().__init__(_("Write the hours for each of the seven days of the week."))


@dataclass(frozen=True, slots=True)
class KeyholderDraft:
    """A keyholder as a person writes one. No hours: may be rung at any hour."""

    name: str
    role: str = ""
    phone: str = ""
    phone2: str = ""
    hours: list[list[list[str]]] = field(default_factory=list)
    """Seven lists, Monday first, of ["HH:MM", "HH:MM"]."""
    may_cancel: bool = False


@changes_register
def add_keyholder(
    *, site_id: int, draft: KeyholderDraft, by: User | None, at: datetime
) -> Keyholder:
    """Put somebody last on a place's list. Raises Nameless, NotAWeek and BadHours."""
    _check(draft)
    site = Site.objects.select_for_update().get(pk=site_id)
    orders = Keyholder.objects.filter(site=site, ended_at=None).values_list("order", flat=True)
    holder = Keyholder.objects.create(
        site=site, order=max(orders, default=0) + 1, added_at=at, **asdict(draft)
    )
    tell("add_keyholder", site, part="keyholder", by=by, at=at, params={"keyholder": holder.pk})
    return holder


@changes_register
def change_keyholder(
    *, keyholder_id: int, draft: KeyholderDraft, by: User | None, at: datetime
) -> Keyholder:
    """Write a keyholder anew. Raises as `add_keyholder`."""
    _check(draft)
    holder = Keyholder.objects.select_for_update(of=("self",)).get(pk=keyholder_id)
    new = asdict(draft)
    changed = [name for name, value in new.items() if getattr(holder, name) != value]
    if changed:
        for name in changed:
            setattr(holder, name, new[name])
        holder.save(update_fields=changed)
        _tell(holder, "change_keyholder", by, at)
    return holder


@changes_register
def order_keyholders(
    *, site_id: int, keyholder_ids: Sequence[int], by: User | None, at: datetime
) -> None:
    """Ring them in this order. Those that are not named keep theirs, after the named."""
    site = Site.objects.select_for_update().get(pk=site_id)
    rows = list(Keyholder.objects.filter(site=site, ended_at=None).order_by("order", "id"))
    place = {pk: number for number, pk in enumerate(keyholder_ids)}
    rows.sort(key=lambda row: place.get(row.pk, len(place)))
    for number, row in enumerate(rows, 1):
        row.order = number
    Keyholder.objects.bulk_update(rows, ["order"])
    tell("order_keyholders", site, part="keyholder", by=by, at=at)


@changes_register
def end_keyholder(*, keyholder_id: int, by: User | None, at: datetime) -> None:
    """Take somebody off the list, and forget the code word. Tries to reach them stay."""
    holder = Keyholder.objects.select_for_update(of=("self",)).get(pk=keyholder_id)
    if holder.ended_at is None:
        holder.ended_at = max(at, holder.added_at)
        holder.code_word_sealed = None
        holder.save(update_fields=["ended_at", "code_word_sealed"])
        _tell(holder, "end_keyholder", by, at)


def forget_keyholders(*, ended_before: datetime, now: datetime) -> int:
    """Empty the rows of people who were taken off a list before an instant; return how many.

    The row stays, because tries to reach somebody refer to it, and says nothing of the person. A
    few hundred a transaction: whoever wants to store an alarm waits behind it.
    """
    forgotten = 0
    while True:
        with transaction.atomic():
            old = Keyholder.objects.filter(ended_at__lt=ended_before).exclude(_FORGOTTEN)
            ids = list(old.order_by("pk").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
            if not ids:
                return forgotten
            Keyholder.objects.filter(pk__in=ids).update(
                name="", role="", phone="", phone2="", hours=[], code_word_sealed=None
            )
            params = {"keyholders": len(ids)}
            audit.wrote("sites.forget_keyholders", by=None, at=now, params=params)
        forgotten += len(ids)


@changes_register
def set_code_word(*, keyholder_id: int, word: str, by: User | None, at: datetime) -> None:
    """Store a code word, enciphered. Raises NotACodeWord."""
    if not (1 <= len(word.strip()) <= LONGEST_CODE_WORD):
        raise NotACodeWord
    holder = Keyholder.objects.select_for_update(of=("self",)).get(pk=keyholder_id)
    holder.code_word_sealed = code_words.seal(holder.pk, word.strip())
    holder.save(update_fields=["code_word_sealed"])
    _tell(holder, "set_code_word", by, at)


@transaction.atomic
def read_code_word(*, keyholder_id: int, by: User, at: datetime, purpose: str = "") -> str:
    """Return a code word to compare with what somebody says; who looked is logged first.

    Empty when there is none. Raises KeyDamaged when it cannot be deciphered.
    """
    holder = Keyholder.objects.select_related("site").get(pk=keyholder_id)
    audit.read(
        "sites.read_code_word",
        by=by,
        on=("keyholder", str(holder.pk)),
        at=at,
        purpose=purpose,
    )
    if holder.code_word_sealed is None:
        return ""
    return code_words.unseal(holder.pk, bytes(holder.code_word_sealed))


@changes_register
def add_key(
    *, site_id: int, number: str, by: User | None, at: datetime, kept: str = "", note: str = ""
) -> SiteKey:
    """Hang a key on the board. Raises Nameless and KeyTaken."""
    number = number.strip()
    if not number:
        raise Nameless
    if SiteKey.objects.filter(number=number, ended_at=None).exists():
        raise KeyTaken(number)
    site = Site.objects.get(pk=site_id)
    key = SiteKey.objects.create(site=site, number=number, kept=kept, note=note)
    tell("add_key", site, part="key", by=by, at=at, params={"key": key.pk})
    return key


@transaction.atomic
def lend_key(
    *, key_id: int, borrower: str, by: User | None, at: datetime, due_at: datetime | None = None
) -> KeyLoan:
    """Note who took a key. Raises Nameless, and KeyIsLent when it is not on the board."""
    if not borrower.strip():
        raise Nameless
    key = _key_locked(key_id)
    loan = KeyLoan.objects.create(key=key, borrower=borrower.strip(), lent_at=at, due_at=due_at)
    tell("lend_key", key.site, part="key", by=by, at=at, params={"key": key.pk, "loan": loan.pk})
    return loan


@transaction.atomic
def return_key(*, key_id: int, by: User | None, at: datetime) -> None:
    """Note that a key hangs on the board again; one that does already is left alone."""
    key = SiteKey.objects.select_for_update(of=("self",)).get(pk=key_id)
    loan = key.loans.filter(returned_at=None).first()
    if loan is not None:
        loan.returned_at = max(at, loan.lent_at)
        loan.save(update_fields=["returned_at"])
        params = {"key": key.pk, "loan": loan.pk}
        tell("return_key", key.site, part="key", by=by, at=at, params=params)


@changes_register
def end_key(*, key_id: int, by: User | None, at: datetime) -> None:
    """Take a key off the board for good. Raises KeyIsLent."""
    key = _key_locked(key_id)
    if key.ended_at is None:
        key.ended_at = at
        key.save(update_fields=["ended_at"])
        tell("end_key", key.site, part="key", by=by, at=at, params={"key": key.pk})


def _key_locked(key_id: int) -> SiteKey:
    key = SiteKey.objects.select_for_update(of=("self",)).get(pk=key_id)
    loan = key.loans.filter(returned_at=None).first()
    if loan is not None:
        raise KeyIsLent(loan.borrower)
    return key


def _tell(holder: Keyholder, action: str, by: User | None, at: datetime) -> None:
    tell(action, holder.site, part="keyholder", by=by, at=at, params={"keyholder": holder.pk})


def _check(draft: KeyholderDraft) -> None:
    if not draft.name.strip():
        raise Nameless
    if draft.hours:
        if len(draft.hours) != 7:
            raise NotAWeek
        a, b, c, d, e, f, g = (tuple((w[0], w[1]) for w in day) for day in draft.hours)
        Schedule((a, b, c, d, e, f, g), OnHoliday.SAME)  # raises BadHours
