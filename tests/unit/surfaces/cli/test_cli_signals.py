"""Text from a panel on a terminal: readable, and unable to do anything to it."""

import pytest

from tornvakt.surfaces.cli.signals import text, visible


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


def test_no_byte_is_lost_in_decoding() -> None:
    assert [len(text(bytes([byte]))) >= 1 for byte in range(256)] == [True] * 256
