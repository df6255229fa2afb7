"""Importing objects from a file: upload, judge, confirm, carry out; all of it or nothing.

    READING --judged--> JUDGED --confirmed--> WRITING --> DONE
       |                  |                      |
       +--> REFUSED       +--> LEFT              +--> JUDGED again, when the register has changed

The file lies sealed under the data directory until the import is over. Reading and judging happen
outside any transaction, and only the writing inside one, because on SQLite the alarms wait for it.
How far a running import has come stands in a small file: a row in the database could not be seen
before the transaction it tells about is over.
"""

import contextlib
import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.audit import log as audit
from tornvakt.base.facts import bus
from tornvakt.base.facts.models import FactRow
from tornvakt.base.facts.outbox import publish
from tornvakt.base.inbox import keys
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.prepared import RowsHaveChanged
from tornvakt.domains.sites.facts import RegisterImported, SiteChanged
from tornvakt.domains.sites.models.importing import ImportState, SiteImport
from tornvakt.domains.sites.services import importing_preview
from tornvakt.domains.sites.services.importing_book import (
    LARGEST_FILE,
    Book,
    FileTooLarge,
    ImportRefused,
)
from tornvakt.domains.sites.services.importing_items import Judgement
from tornvakt.domains.sites.services.importing_judging import judge
from tornvakt.domains.sites.services.importing_reading import read
from tornvakt.domains.sites.services.importing_register import Register, read_register
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.domains.sites.services.importing_writing import Plan, prepare
from tornvakt.domains.sites.services.temporal import ChangedBeforeItBegan
from tornvakt.domains.sites.services.writing import hold_register
from tornvakt.pure.facts import Refusal

KEPT = timedelta(hours=48)
"""How long a file waits for its confirmation."""
DEAD_AFTER_S = 120
"""A running import that has not said anything for so long has died with its process."""
_PURPOSE = b"sites.import"


class ImportIsOver(Refusal):
    """The import has been carried out, refused or left already."""

    def __init__(self) -> None:
        super().__init__(_("This import is over. Upload the file again if it is still needed."))


class ImportHasFaults(Refusal):
    """Rows are wrong: nothing is carried out before they are mended."""

    def __init__(self) -> None:
        super().__init__(
            _("The file has rows that are wrong. Mend them and upload the file again.")
        )


class RegisterHasChanged(Refusal):
    """What was shown is no longer what would happen."""

    def __init__(self) -> None:
        self.said = _(
            "The register has changed since the preview was made, and nothing was imported. "
            "Look at the new preview and confirm it."
        )
        super().__init__(self.said)


class MayNotImport(Refusal):
    """Who confirmed it has lost the role or the account before it was carried out."""

    def __init__(self) -> None:
        self.said = _(
            "The one who confirmed this may no longer import, and nothing was imported. Somebody "
            "who may can look at the preview and confirm it."
        )
        super().__init__(self.said)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running import has come. ``of`` is 0 while nobody knows how much there is."""

    phase: str
    done: int
    of: int
    is_dead: bool


def take_in(*, files: list[tuple[str, bytes]], by: User, now: datetime) -> SiteImport:
    """Keep the uploaded files, each (name, bytes), and return their import, to be examined.

    Raises ImportRefused when they are larger than 20 MB together.
    """
    if not files or not any(data for _name, data in files):
        raise ImportRefused(_("Choose a file to import."))
    if sum(len(data) for _name, data in files) > LARGEST_FILE:
        raise FileTooLarge
    forget_old(now=now)
    names = ", ".join(name for name, _data in files)
    with transaction.atomic():
        found = SiteImport.objects.create(
            state=ImportState.READING, by=by, file_name=names[:200], made_at=now, changed_at=now
        )
        audit.wrote("sites.import_uploaded", by=by, on=("import", str(found.pk)), at=now)
        _keep(found.pk, files)
    return found


def examine(*, import_id: int, now: datetime) -> SiteImport:
    """Read and judge an uploaded file, and store its preview. Twice equals once."""
    found = SiteImport.objects.get(pk=import_id)
    if found.state != ImportState.READING:
        return found
    try:
        judgement, _register = _judge(found.pk, now)
    except ImportRefused as refusal:
        _forget_files(found.pk)
        return _move(found, ImportState.REFUSED, now, sentence=json.dumps(refusal.said.as_json()))
    return _judged(found, judgement, now)


def confirm(*, import_id: int, by: User, now: datetime) -> SiteImport:
    """Say yes to the preview; `carry_out` does the work. Raises ImportIsOver, ImportHasFaults."""
    with transaction.atomic():
        found = SiteImport.objects.select_for_update().get(pk=import_id)
        if found.state == ImportState.WRITING and progress(found).is_dead:
            found.state = ImportState.JUDGED
        if found.state != ImportState.JUDGED or not _has_files(found.pk):
            raise ImportIsOver
        if found.fault_count:
            raise ImportHasFaults
        _move(found, ImportState.WRITING, now, sentence="")
        audit.wrote("sites.import_confirmed", by=by, on=("import", str(found.pk)), at=now)
    _tell(found.pk, "reading", 0, 0)
    return found


def carry_out(*, import_id: int, by: User, now: datetime) -> SiteImport:
    """Write what was confirmed, all of it or nothing; as little as can be inside the transaction.

    Raises RegisterHasChanged, with a new preview stored, when it would no longer be the same;
    MayNotImport and ChangedBeforeItBegan, with the file left waiting.
    """
    found = SiteImport.objects.get(pk=import_id)
    if found.state != ImportState.WRITING:
        raise ImportIsOver
    newest = _newest_fact()
    judgement, register = _judge(found.pk, now)
    if judgement.digest() != found.digest or judgement.faults:
        raise _has_changed(found, judgement, now)
    _tell(found.pk, "preparing", 0, judgement.change_count)
    try:
        plan = prepare(judgement, register, now)
    except ChangedBeforeItBegan as refusal:
        _move(found, ImportState.JUDGED, now, sentence=str(refusal))
        raise
    touched = [("site", number) for number in plan.numbers]
    params = {"import": found.pk}
    audit.prepare_many(plan.rows, "sites.imported", by=by, on=touched, at=now, params=params)
    try:
        _write(found, plan, judgement.change_count, newest, by, now)
    except MayNotImport as refusal:
        _move(found, ImportState.JUDGED, now, sentence=json.dumps(refusal.said.as_json()))
        raise
    except (IntegrityError, RowsHaveChanged) as error:
        judgement, _register = _judge(found.pk, now)
        raise _has_changed(found, judgement, now) from error
    _forget_files(found.pk)
    return found


@transaction.atomic
def _newest_fact() -> int:
    """Return the newest fact when nobody is changing the register: what is read next holds it."""
    hold_register(alone=True)
    return FactRow.objects.aggregate(newest=Max("pk"))["newest"] or 0


@transaction.atomic
def _write(found: SiteImport, plan: Plan, of: int, newest: int, by: User, now: datetime) -> None:
    """Raises RowsHaveChanged when the register has changed since the fact ``newest``.

    Hours may have gone by since somebody said yes: MayNotImport when they no longer could.
    """
    hold_register(alone=True)
    if not decide(User.objects.get(pk=by.pk), "sites.import"):
        raise MayNotImport
    changes = (bus.name_of(SiteChanged), bus.name_of(RegisterImported))
    since = FactRow.objects.filter(pk__gt=newest, name__in=changes)
    if since.exists():
        raise RowsHaveChanged
    done = 0

    def written(count: int) -> None:
        nonlocal done
        done += count
        _tell(found.pk, "writing", min(done, of), of)

    plan.rows.run(written)
    params = {"rows": of, "objects": len(plan.numbers)}
    on = ("import", str(found.pk))
    audit.wrote("sites.import_done", by=by, on=on, at=now, params=params)
    publish(RegisterImported(at=now, import_id=found.pk))
    _move(found, ImportState.DONE, now)


def leave(*, import_id: int, by: User, now: datetime) -> SiteImport:
    """Throw the file away without importing anything. Raises ImportIsOver."""
    with transaction.atomic():
        found = SiteImport.objects.select_for_update().get(pk=import_id)
        if found.state not in (ImportState.READING, ImportState.JUDGED):
            raise ImportIsOver
        _move(found, ImportState.LEFT, now, preview={})
        audit.wrote("sites.import_left", by=by, on=("import", str(found.pk)), at=now)
    _forget_files(found.pk)
    return found


def forget_old(*, now: datetime) -> int:
    """Throw away files that nobody has confirmed in time; they hold telephone numbers.

    A file whose import is over or was never stored, after a crash, goes too. Returns how many
    imports were left and files of such a kind removed.
    """
    before, removed = now - KEPT, 0
    waits = Q(state__in=(ImportState.READING, ImportState.JUDGED), made_at__lt=before)
    died = Q(state=ImportState.WRITING, changed_at__lt=before)
    for old in SiteImport.objects.filter(waits | died):
        _move(old, ImportState.LEFT, now, preview={})
        _forget_files(old.pk)
        removed += 1
    goes_on = (ImportState.READING, ImportState.JUDGED, ImportState.WRITING)
    needed = set(SiteImport.objects.filter(state__in=goes_on).values_list("pk", flat=True))
    for path in _folder().iterdir():
        number = path.name.partition(".")[0]
        is_needed = number.isdecimal() and int(number) in needed
        if not is_needed and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def progress(found: SiteImport) -> Progress:
    """Return how far an import has come."""
    path = _folder() / f"{found.pk}.progress"
    try:
        told = json.loads(path.read_text())
        age = time.time() - path.stat().st_mtime
    except (OSError, ValueError):
        return Progress("reading", 0, 0, is_dead=False)
    return Progress(told["phase"], told["done"], told["of"], is_dead=age > DEAD_AFTER_S)


def _judge(import_id: int, now: datetime) -> tuple[Judgement, Register]:
    def step(done: int, of: int) -> None:
        _tell(import_id, "reading", done, of)

    step(0, 0)
    book: Book = read(_kept(import_id), step)
    _tell(import_id, "judging", book.row_count, book.row_count)
    register = read_register(now)
    return judge(book, register), register


def _judged(found: SiteImport, judgement: Judgement, now: datetime) -> SiteImport:
    return _move(
        found,
        ImportState.JUDGED,
        now,
        preview=importing_preview.preview(judgement),
        tallies=importing_preview.tallies(judgement),
        fault_count=len(judgement.faults),
        digest=judgement.digest(),
    )


def _has_changed(found: SiteImport, judgement: Judgement, now: datetime) -> RegisterHasChanged:
    """Store the new preview, and beside it why it has to be looked at again."""
    refusal = RegisterHasChanged()
    _judged(found, judgement, now)
    _move(found, ImportState.JUDGED, now, sentence=json.dumps(refusal.said.as_json()))
    return refusal


def _move(found: SiteImport, state: ImportState, now: datetime, **values: object) -> SiteImport:
    found.state, found.changed_at = state, now
    if state in (ImportState.DONE, ImportState.LEFT, ImportState.REFUSED):
        values.setdefault("preview", {})
    for name, value in values.items():
        setattr(found, name, value)
    found.save()
    return found


# --- the files: sealed, because call lists are in them ------------------------------------------


def _folder() -> Path:
    folder = DataDir(settings.DATA).files / "import"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _keep(import_id: int, files: list[tuple[str, bytes]]) -> None:
    _forget_files(import_id)  # of one with the same number, from before the database was put back
    key = keys.named_key(DataDir(settings.DATA), "import")
    for index, (name, data) in enumerate(files):
        plain = name.encode() + b"\0" + data
        path = _folder() / f"{import_id}.{index:03}.sealed"
        path.write_bytes(keys.seal(key, plain, purpose=_PURPOSE + str(import_id).encode()))


def _kept(import_id: int) -> list[tuple[str, bytes]]:
    key = keys.named_key(DataDir(settings.DATA), "import")
    found = []
    for path in sorted(_folder().glob(f"{import_id}.*.sealed")):
        plain = keys.unseal(key, path.read_bytes(), purpose=_PURPOSE + str(import_id).encode())
        name, _mark, data = plain.partition(b"\0")
        found.append((name.decode(), data))
    if not found:
        raise ImportIsOver
    return found


def _has_files(import_id: int) -> bool:
    return any(_folder().glob(f"{import_id}.*.sealed"))


def _forget_files(import_id: int) -> None:
    for path in _folder().glob(f"{import_id}.*"):
        path.unlink(missing_ok=True)


def _tell(import_id: int, phase: str, done: int, of: int) -> None:
    """Say how far it has come. Whatever hinders that must not hinder the import."""
    with contextlib.suppress(OSError):
        path = _folder() / f"{import_id}.progress"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps({"phase": phase, "done": done, "of": of}))
        draft.replace(path)
