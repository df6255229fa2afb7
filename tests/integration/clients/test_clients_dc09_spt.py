"""The dialler `dc09-spt` 0.0.4 against our running receiver.

The package was written for the dead ``pycrypto``, whose AES took text; the stand-in below gives it
that on ``cryptography``. It writes sequence numbers as hexadecimal and leaves L out unless told.
"""

import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from dc09_spt.comm import TransPath
from dc09_spt.dc09_spt import dc09_spt
from dc09_spt.msg import dc09_msg as message_module

from tests.integration.clients.conftest import KEYED, KEYS, PLAIN, Stored
from tornvakt.pure.protocols.reading import read_raw
from tornvakt.surfaces.cli.bench.subject import Subject, wait_for

SIZES = [16, 32]  # the package refuses 24


class TextAes:
    """What pycrypto's AES object did: text in, bytes out; bytes in, bytes out."""

    def __init__(self, key: bytes, _mode: int, iv: str) -> None:
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(iv.encode("latin-1")))

    def encrypt(self, text: str) -> bytes:
        worker = self._cipher.encryptor()
        return worker.update(text.encode("latin-1")) + worker.finalize()

    def decrypt(self, data: bytes) -> bytes:
        worker = self._cipher.decryptor()
        return worker.update(data) + worker.finalize()


@pytest.fixture(autouse=True)
def stand_in_for_pycrypto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module = sys.modules["dc09_spt.msg.dc09_msg"]
    assert message_module is not module  # the package hides the module behind its class
    monkeypatch.setattr(module, "AES", SimpleNamespace(MODE_CBC=2, new=TextAes))
    yield


def dialler(
    receiver: Subject, transport: str, size: int | None, *, line: int | None = 0
) -> dc09_spt:
    spt = dc09_spt(KEYED[size] if size else PLAIN, line=line)
    spt.set_path(
        "main", "primary", *receiver.address, key=KEYS[size] if size else None, type=transport
    )
    return spt


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("size", [None, *SIZES])
def test_its_messages_are_acknowledged_and_stored(
    receiver: Subject, stored: Stored, transport: str, size: int | None
) -> None:
    account = KEYED[size] if size else PLAIN
    mark = f"{transport} {size}"
    zone = {"tcp": "12", "udp": "13"}[transport]  # or the second run would be a repeat
    spt = dialler(receiver, transport, size)
    spt.send_msg("SIA", {"code": "FA", "zone": "10", "zonename": mark})
    spt.send_msg("CID", {"code": "130", "zone": zone, "area": "03", "q": "1"})
    assert wait_for(lambda: spt.notSent() == 0 and spt.isConnected(), 10)
    assert wait_for(lambda: len(stored(account)) == 2, 5)
    readings = [read_raw(e.raw, e.plain or None)[1] for e in stored(account)]
    events = [(e.code_system, e.code, e.zone.lstrip("0")) for r in readings for e in r.events]
    assert events == [("sia", "FA", "10"), ("cid", "130", zone)]
    assert readings[0].events[0].text == mark


@pytest.mark.parametrize("size", [None, *SIZES])
def test_its_polls_are_acknowledged_and_not_stored(
    receiver: Subject, stored: Stored, size: int | None
) -> None:
    spt = dialler(receiver, "tcp", size)
    spt.start_poll(60, retry_delay=0.1)
    try:
        assert wait_for(lambda: spt.state().get("poll count", 0) >= 1, 10)
        assert spt.isConnected()
    finally:
        spt.stop_poll()
    assert stored(KEYED[size] if size else PLAIN) == []


def test_a_tenth_message_has_a_hexadecimal_number_and_is_taken(
    receiver: Subject, stored: Stored
) -> None:
    """Sequence 000A is no four digits; the frame check is right, so nothing may be lost."""
    spt = dialler(receiver, "tcp", None)
    for zone in range(1, 13):
        spt.send_msg("SIA", {"code": "TA", "zone": str(zone)})
    assert wait_for(lambda: spt.notSent() == 0 and len(stored(PLAIN)) == 12, 15)


def test_a_frame_without_l_is_taken(receiver: Subject, stored: Stored) -> None:
    spt = dialler(receiver, "tcp", None, line=None)
    spt.send_msg("SIA", {"code": "WA", "zone": "5"})
    assert wait_for(lambda: spt.notSent() == 0 and len(stored(PLAIN)) == 1, 10)


def test_a_nak_tells_it_the_time(receiver: Subject, stored: Stored) -> None:
    """Its clock is an hour fast. It reads our NAK and learns the offset.

    Version 0.0.4 then stumbles over the answer to its own repetition (it hands bytes to code
    that wants text), so the repetition is asked for here.
    """
    path = TransPath(*receiver.address, KEYED[16], key=KEYS[16], line=0)
    path.set_offset(3600)
    spt = dc09_spt(KEYED[16])
    content = "#7A16|Nri1/BA33]"
    with pytest.raises(TypeError):
        spt.transfer_msg(1, "SIA-DCS", content, path)
    assert abs(path.get_offset()) < 5
    assert spt.transfer_msg(1, "SIA-DCS", content, path)
    time.sleep(0.05)
    assert len(stored(KEYED[16])) == 1
