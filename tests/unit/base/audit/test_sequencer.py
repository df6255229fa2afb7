"""The sequencer: every entry one number, in order, whatever is killed, lost or put back."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, connections, transaction

from tornvakt.base.audit import canonical, checkpoints, head, log, numbering, sequencer, spool
from tornvakt.base.audit.checkpoints import Log, Signed, is_signed
from tornvakt.base.audit.models import Checkpoint, Entry, Leaf, Pending
from tornvakt.base.audit.sequencer import LogWentBack, NoAuditKey, Sequencer
from tornvakt.base.audit.tree import Tree, leaf_hash
from tornvakt.base.inbox import keys
from tornvakt.base.inbox.paths import DataDir

AT = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    data = DataDir(tmp_path)
    data.create()
    return data


@pytest.fixture
def one(data: DataDir) -> Iterator[Sequencer]:
    made = Sequencer(data)
    yield made
    made.close()


def write(count: int = 1, action: str = "site.edit") -> None:
    with transaction.atomic():
        for number in range(count):
            log.wrote(action, by=None, on=("site", f"OBJ-{number:04d}"), at=AT)


def numbers() -> list[int]:
    return list(Leaf.objects.order_by("number").values_list("number", flat=True))


def file_records(data: DataDir) -> list[tuple[int, bytes]]:
    content = sequencer.leaves_path(data).read_bytes()
    assert len(content) % 40 == 0
    return [
        (int.from_bytes(content[at : at + 8], "big"), content[at + 8 : at + 40])
        for at in range(0, len(content), 40)
    ]


def database_records() -> list[tuple[int, bytes]]:
    return [(leaf.entry_id, bytes(leaf.hash)) for leaf in Leaf.objects.order_by("number")]


@pytest.mark.django_db
def test_the_first_leaf_names_the_log_and_every_entry_follows(
    data: DataDir, one: Sequencer
) -> None:
    write(3)
    one.step(now=AT)
    assert numbers() == [0, 1, 2, 3]
    first = Leaf.objects.get(number=0).entry
    assert (first.action, first.room) == ("audit.began", "LOGG")
    for leaf in Leaf.objects.select_related("entry"):
        assert bytes(leaf.hash) == leaf_hash(canonical.content(leaf.entry))
    assert Pending.objects.count() == 0
    assert file_records(data) == database_records()
    assert one.step(now=AT) == 0


@pytest.mark.django_db
def test_a_checkpoint_signs_the_root_of_all_leaves(data: DataDir, one: Sequencer) -> None:
    for count in (3, 4):
        write(count)
        one.step(now=AT)
        assert one.seal(now=AT)
    assert not one.seal(now=AT)
    begun = numbering.current()
    assert begun is not None
    tree = Tree()
    for _, value in database_records()[:4]:
        tree.add(value)
    first, second = Checkpoint.objects.order_by("size")
    assert (first.size, second.size) == (4, 8)
    assert bytes(first.root) == tree.root()
    for row in (first, second):
        assert is_signed(Signed(row.size, bytes(row.root), row.at_us, bytes(row.signature)), begun)
    assert sequencer.checkpoints_path(data).read_text().splitlines() == [
        f"log {begun.id} {begun.key.hex()}",
        f"4 {bytes(first.root).hex()} {first.at_us} {bytes(first.signature).hex()}",
        f"8 {bytes(second.root).hex()} {second.at_us} {bytes(second.signature).hex()}",
    ]


@pytest.mark.django_db
def test_the_head_says_how_long_the_log_is_and_only_grows(data: DataDir, one: Sequencer) -> None:
    path = sequencer.head_path(data)
    assert not one.mark(now=AT)
    write(3)
    one.step(now=AT)
    assert one.mark(now=AT) and not one.mark(now=AT)
    first = head.read(path)
    begun = numbering.current()
    assert first is not None and begun is not None
    assert (first.log, first.size) == (begun.id, 4)
    write(2)
    one.step(now=AT)
    one.mark(now=AT)
    longer = head.read(path)
    assert longer is not None and longer.size == 6
    # A process that finds a head longer than its log, over other entries, or of the right length
    # but not signed with the log's key, stops.
    key = Ed25519PrivateKey.from_private_bytes(keys.named_key(data, sequencer.KEY))
    for wrong in (
        head.sign(key, begun.id, 7, longer.root, longer.at_us),
        head.sign(key, begun.id, 6, bytes(32), longer.at_us),
        longer._replace(signature=bytes(64)),
        longer._replace(size=2**70),
    ):
        head.write(path, wrong)
        again = Sequencer(data)
        for _ in range(4):  # what comes meanwhile must not carry the log past its head
            write(2)
            for act in (again.step, again.mark, again.seal):
                with pytest.raises(LogWentBack, match="audit/head"):
                    act(now=AT)
        again.close()
        assert (numbering.size(), head.read(path)) == (6, wrong)
    head.write(path, longer)
    again = Sequencer(data)
    assert again.step(now=AT) and again.mark(now=AT)
    again.close()


@pytest.mark.django_db
@pytest.mark.parametrize("instead", ["", f"head {UUID(int=7)} 0 00 0 00", "what is this"])
def test_a_head_that_is_gone_is_made_anew_and_that_stands_in_the_log(
    data: DataDir, one: Sequencer, instead: str
) -> None:
    write(3)
    one.step(now=AT)
    one.seal(now=AT)
    sequencer.head_path(data).unlink()
    if instead:
        sequencer.head_path(data).write_text(instead)
        one.close()
        one = Sequencer(data)
        one.step(now=AT)
    assert one.mark(now=AT)
    one.step(now=AT)
    last = Leaf.objects.select_related("entry").order_by("-number").first()
    assert last is not None and last.entry.action == "audit.head_made"


@pytest.mark.django_db
def test_a_log_cut_while_we_run_is_noticed_at_once(
    data: DataDir, one: Sequencer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both witnesses were cut to the same length; we remember how long they were."""
    write(5)
    one.step(now=AT)
    path = sequencer.leaves_path(data)
    path.write_bytes(path.read_bytes()[: 40 * 4])
    monkeypatch.setattr(numbering, "size", lambda: 4)
    with pytest.raises(LogWentBack, match="har haft 6 poster"):
        one.step(now=AT)


def test_a_checkpoint_fits_one_log_and_one_tree(tmp_path: Path) -> None:
    from uuid import uuid4

    key = Ed25519PrivateKey.generate()
    begun = Log(uuid4(), key.public_key().public_bytes_raw())
    good = checkpoints.sign(key, begun.id, 8, bytes(32), 1)
    assert is_signed(good, begun)
    assert not is_signed(good, begun._replace(id=uuid4()))
    for bad in (good._replace(size=7), good._replace(root=b"\1" * 32), good._replace(at_us=2)):
        assert not is_signed(bad, begun)


@pytest.mark.django_db
def test_a_new_process_goes_on_where_the_old_one_was(data: DataDir, one: Sequencer) -> None:
    write(5)
    one.step(now=AT)
    one.seal(now=AT)
    write(5)
    one.step(now=AT)
    one.close()
    other = Sequencer(data)
    write(2)
    other.step(now=AT)
    other.seal(now=AT)
    tree = Tree()
    for _, value in database_records():
        tree.add(value)
    newest = Checkpoint.objects.order_by("-size")[0]
    assert (newest.size, bytes(newest.root)) == (13, tree.root())
    other.close()


@pytest.mark.django_db
@pytest.mark.parametrize("left", [b"", b"\0" * 40, b"\0" * 87, b"half a record"])
def test_what_a_kill_left_half_is_written_again(data: DataDir, one: Sequencer, left: bytes) -> None:
    write(5)
    one.step(now=AT)
    one.seal(now=AT)
    one.close()
    leaves, points = sequencer.leaves_path(data), sequencer.checkpoints_path(data)
    leaves.write_bytes(leaves.read_bytes()[:-80] + left)
    points.write_bytes(points.read_bytes()[:-30])
    other = Sequencer(data)
    other.step(now=AT)
    other.seal(now=AT)
    assert file_records(data) == database_records()
    assert len(points.read_text().splitlines()) == 2
    assert points.read_text().endswith("\n")
    other.close()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["leaves", "checkpoints.log"])
def test_a_file_taken_away_under_us_is_made_again(data: DataDir, one: Sequencer, name: str) -> None:
    write(3)
    one.step(now=AT)
    one.seal(now=AT)
    before = (data.audit / name).read_bytes()
    (data.audit / name).unlink()
    one.step(now=AT)
    one.seal(now=AT)
    assert (data.audit / name).read_bytes() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_restarted", [True, False])
def test_a_database_put_back_is_not_numbered_on(
    data: DataDir, one: Sequencer, is_restarted: bool
) -> None:
    write(3)
    one.step(now=AT)
    kept = len(sequencer.leaves_path(data).read_bytes())
    put_back(before=3)
    write(2, action="after.the.restore")
    if is_restarted:
        one.close()
        one = Sequencer(data)
    with pytest.raises(LogWentBack, match="databasen färre"):
        one.step(now=AT)
    assert numbers() == [0, 1, 2]
    assert Pending.objects.count() == 2
    assert len(sequencer.leaves_path(data).read_bytes()) == kept


@pytest.mark.django_db(transaction=True)
def test_a_database_put_back_and_numbered_by_another_is_refused(
    data: DataDir, one: Sequencer, tmp_path: Path
) -> None:
    write(3)
    one.step(now=AT)
    put_back(before=3)
    write(2, action="after.the.restore")
    numbering.number_waiting(10)
    with pytest.raises(LogWentBack, match="är inte den"):
        one.step(now=AT)


def put_back(before: int) -> None:
    """Make the database one of an earlier moment: without the leaves from a number on."""
    gone = list(Leaf.objects.filter(number__gte=before).values_list("entry_id", flat=True))
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_leaf WHERE number >= %s", [before])
        for entry_id in gone:
            cursor.execute("DELETE FROM audit_entry WHERE id = %s", [entry_id])


class triggers_off:
    """Do as somebody who owns the database can."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")
                return
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            self.triggers = cursor.fetchall()
            for name, _ in self.triggers:
                cursor.execute(f"DROP TRIGGER {name}")

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = origin")
                return
            for _, sql in self.triggers:
                cursor.execute(sql)


@pytest.mark.django_db
def test_without_its_key_the_log_is_numbered_but_not_signed(data: DataDir, one: Sequencer) -> None:
    write()
    one.step(now=AT)
    key = data.keys / "audit.key"
    right = key.read_bytes()
    for wrong in (None, b"short", bytes(32)):
        key.unlink() if wrong is None else key.write_bytes(wrong)
        write()
        assert one.step(now=AT) == 2
        with pytest.raises(NoAuditKey):
            one.seal(now=AT)
    key.write_bytes(right)
    assert one.seal(now=AT)


@pytest.mark.django_db
def test_spooled_reads_get_their_number_too(
    data: DataDir, one: Sequencer, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry(
        at_us=1, kind="read", action="incident.show", actor=7, roles="operator", room="LARM",
        on_kind="", on_id="", purpose="", result="ok", count=1, params="{}", request="",
    )  # fmt: skip
    spool.put(data, entry)
    one.step(now=AT)
    assert Leaf.objects.select_related("entry").get(number=1).entry.action == "incident.show"


def in_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_is_committed_late_gets_a_late_number(one: Sequencer) -> None:
    """PostgreSQL: the older id appears after newer ones were numbered. SQLite never does that."""
    if connection.vendor == "sqlite":
        write(2)
        one.step(now=AT)
        assert numbers() == [0, 1, 2]
        return
    is_written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            log.wrote("slow", by=None, at=AT)
            is_written.set()
            may_commit.wait(10)

    thread = in_thread(slow)
    assert is_written.wait(10)
    write(3, action="quick")
    one.step(now=AT)
    assert Leaf.objects.count() == 4
    may_commit.set()
    thread.join()
    one.step(now=AT)
    leaf = Leaf.objects.select_related("entry").get(number=4)
    assert leaf.entry.action == "slow"
    assert leaf.entry.pk < Entry.objects.filter(action="quick").earliest("pk").pk
    assert Pending.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_several_sequencers_and_writers_at_once_give_each_entry_one_number(
    data: DataDir, tmp_path: Path
) -> None:
    """Two nodes with files of their own and the same key; both end with the same leaves."""
    (data.keys / "audit.key").write_bytes(b"k" * 32)
    nodes = [data]
    for name in ("b", "c"):
        node = DataDir(tmp_path / name)
        node.create()
        (node.keys / "audit.key").write_bytes(b"k" * 32)
        nodes.append(node)
    is_done = threading.Event()
    faults: list[BaseException] = []

    def number(node: DataDir) -> None:
        made = Sequencer(node)
        try:
            while True:
                was_done = is_done.is_set()
                moved = made.step(now=AT)
                made.seal(now=AT + timedelta(seconds=1))
                if was_done and not moved:
                    return
        except BaseException as error:
            faults.append(error)
        finally:
            made.close()

    def writer() -> None:
        for _ in range(25):
            write(3)

    numberers = [in_thread(lambda node=node: number(node)) for node in nodes]  # type: ignore[misc]
    writers = [in_thread(writer) for _ in range(3)]
    for thread in writers:
        thread.join()
    is_done.set()
    for thread in numberers:
        thread.join()
    assert faults == []
    assert numbers() == list(range(226))
    assert Entry.objects.count() == 226
    for node in nodes:
        assert file_records(node) == database_records()
    last = {sequencer.checkpoints_path(node).read_text().splitlines()[-1] for node in nodes}
    assert len(last) == 1
    assert last.pop().startswith("226 ")


@pytest.mark.django_db
def test_what_is_left_of_a_removed_entry_holds_nobody_up(
    one: Sequencer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 2)
    one.step(now=AT)
    first = Entry.objects.latest("pk").pk + 1
    Pending.objects.bulk_create(Pending(entry_id=first - 100 - n, since_us=1) for n in range(5))
    write()
    assert one.step(now=AT) == 2
    assert numbers() == [0, 1]
    assert Pending.objects.count() == 5
