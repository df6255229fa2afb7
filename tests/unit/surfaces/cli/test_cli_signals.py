"""Text from a panel on a terminal: readable, and unable to do anything to it."""

import json
import subprocess
import sys

import pytest

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.surfaces.cli.signals import as_line, text, visible


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"\n4AC0[#7A31|Nri3/BA12]\r", r"\x0a4AC0[#7A31|Nri3/BA12]\x0d"),
        ("Entré norr".encode(), "Entré norr"),
        ("Entré norr".encode("cp1252"), "Entré norr"),
        (b"\x1b[2Jborta", r"\x1b[2Jborta"),
        ("åt höger \u202e åt vänster".encode(), r"åt höger \u202e åt vänster"),
        ("rad\u2028ny".encode(), r"rad\u2028ny"),
        (b"\x00\x7f", r"\x00\x7f"),
        (b"\xff\xfe\x81", "ÿþ\\x81"),
    ],
)
def test_what_a_panel_sent_is_shown_and_nothing_else_happens(sent: bytes, shown: str) -> None:
    assert visible(sent) == shown


@pytest.mark.parametrize(
    ("kind", "meta", "said"),
    [
        (Kind.EVIDENCE, {"why": "security.enciphered_without_key"}, "från ett konto utan nyckel"),
        (Kind.NOTICE, {"notice": "unknown_account"}, "Okänt konto 7A31"),
        (
            Kind.NOTICE,
            {"notice": "flood.panel.broken", "count": 7},
            "Ytterligare 7 visades inte var för sig: oläsbara meddelanden",
        ),
        (Kind.GENESIS, {"mode": "ovning"}, "övning"),
    ],
)
def test_what_the_receiver_says_is_swedish(kind: Kind, meta: dict[str, object], said: str) -> None:
    row = Entry(1, kind, 0, 0, "7A31", "tcp", b"", b"", b"", json.dumps(meta).encode(), b"")
    line = as_line(row)
    assert said in line
    assert "security." not in line


def test_signals_need_no_django() -> None:
    probe = "import sys, tornvakt.surfaces.cli.signals; print('django' in sys.modules)"
    command = [sys.executable, "-c", probe]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"False\n"


def test_no_byte_is_lost_in_decoding() -> None:
    assert [len(text(bytes([byte]))) >= 1 for byte in range(256)] == [True] * 256
