"""The reference page's worked example is what both the writer and the verifier compute."""

from pathlib import Path

from tornvakt.base.inbox.entries import NO_HASH, NewEntry, chained
from tornvakt.base.inbox.schema import CREATE
from tornvakt_verify.chain import row_hash
from tornvakt_verify.tables import TABLES

PAGE = Path(__file__).parents[3] / "docs/reference/inkorgens-format.md"


def test_the_worked_example_is_right() -> None:
    lines = [line.split() for line in PAGE.read_text().splitlines()]
    shown = [
        bytes.fromhex(words[1]) for words in lines if words[:1] == ["hash"] and len(words) == 2
    ]
    first = NewEntry(0, 1_000_000, "", "", b"", b"", b"", b"{}")
    second = NewEntry(1, 2_000_000, "1234", "tcp", b"", b"ABC", b"", b"")
    one = chained(NO_HASH, 1, 1_000_000, first)
    two = chained(one, 2, 2_000_000, second)
    assert shown == [one, two]
    assert row_hash(NO_HASH, 1, (1, 0, 10**6, 10**6, b"", b"", b"", b"", b"", b"{}", b"")) == one
    row = (2, 1, 2 * 10**6, 2 * 10**6, b"1234", b"tcp", b"", b"ABC", b"", b"", b"")
    assert row_hash(one, 2, row) == two


def test_page_writer_and_verifier_make_the_same_tables() -> None:
    page = " ".join(PAGE.read_text().split())
    assert all(sql in page for sql in TABLES.values())
    written = [" ".join(sql.split()) for sql in CREATE.split(";")]
    assert written == [*TABLES.values(), ""]
