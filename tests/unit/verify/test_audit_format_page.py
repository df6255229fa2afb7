"""The format page's worked example is what both the writer and the verifier compute."""

from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tornvakt.base.audit import canonical, checkpoints, tree
from tornvakt.base.audit.models import Entry
from tornvakt_verify.audit import hashing
from tornvakt_verify.audit.marks import Point
from tornvakt_verify.audit.signing import checker

PAGE = Path(__file__).parents[3] / "docs/reference/granskningsloggens-format.md"
FIRST = (1, 1_000_000, "wrote", "site.edit", 7, "operator", "LARM", "site", "OBJ-0001", "", "ok", 0,
         '{"zone":3}', "")  # fmt: skip
SECOND = (2, 2_000_000, "read", "incident.show", None, "", "LARM", "incident", "2026-000001", "",
          "ok", 1, "{}", "")  # fmt: skip
COLUMNS = ("id", "at_us", "kind", "action", "actor", "roles", "room", "on_kind", "on_id", "purpose",
           "result", "count", "params", "request")  # fmt: skip


def shown(word: str) -> list[str]:
    lines = [line.split() for line in PAGE.read_text().splitlines()]
    return [words[1] for words in lines if words[:1] == [word] and len(words) == 2]


def test_the_worked_example_is_right() -> None:
    page = PAGE.read_text()
    grown, checked = tree.Tree(), hashing.Tree(set())
    for row, leaf in zip((FIRST, SECOND), shown("leaf"), strict=True):
        content = canonical.content(Entry(**dict(zip(COLUMNS, row, strict=True))))
        assert f"    {content.decode()}\n" in page
        assert tree.leaf_hash(content).hex() == hashing.entry_hash(row).hex() == leaf
        grown.add(bytes.fromhex(leaf))
        checked.add(bytes.fromhex(leaf))
    assert [grown.root().hex()] == [checked.root().hex()] == shown("root")


def test_the_signature_of_the_example_is_right() -> None:
    root = bytes.fromhex(shown("root")[0])
    log, key = UUID(int=1), Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert [checkpoints.signed_bytes(log, 2, root, 3_000_000).hex()] == shown("signed")
    assert [checkpoints.sign(key, log, 2, root, 3_000_000).signature.hex()] == shown("signature")
    (public,) = shown("public")
    check = checker([(str(log), public)])
    assert check is not None
    point = Point(2, root, 3_000_000, bytes.fromhex(shown("signature")[0]))
    assert check(point)
    assert not check(point._replace(size=3))
