"""DC-09 over UDP: one frame a datagram, answered from the same socket to where it came from."""

import asyncio
import time
from typing import cast

from tornvakt.pure.protocols.dc09.framing import Broken, read_datagram
from tornvakt.surfaces.receiver.station import Station

MOST_IN_FLIGHT = 20_000
"""Datagrams waiting for the disk. Beyond it new ones are left unanswered: the panel repeats."""


class UdpPeer:
    """One datagram's sender, for as long as its answer waits."""

    __slots__ = ("_address", "_listener", "path", "pending", "source")

    def __init__(self, listener: "UdpListener", address: tuple[str, int]) -> None:
        self._listener = listener
        self._address = address
        self.source = str(address[0])
        self.path = f"udp {self.source}"
        self.pending = 0

    def answer(self, reply: bytes) -> None:
        """Send the reply as one datagram."""
        if reply:
            self._listener.send(reply, self._address)

    def answered(self) -> None:
        """The answer has left the queue."""
        self._listener.in_flight -= 1


class UdpListener(asyncio.DatagramProtocol):
    """The socket that all UDP panels share."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._transport: asyncio.DatagramTransport | None = None
        self.in_flight = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """One datagram: usually one frame."""
        if self.in_flight >= MOST_IN_FLIGHT:
            return
        at_us = time.time_ns() // 1000
        peer = UdpPeer(self, addr)
        for item in read_datagram(data):
            if isinstance(item, Broken):
                self._station.broken(item, peer, at_us)
            else:
                self._station.receive(item, peer, at_us)
        self.in_flight += peer.pending

    def send(self, reply: bytes, address: tuple[str, int]) -> None:
        """Answer a sender, if the socket is still open."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(reply, address)
