"""The station: what the receiver does with each frame, whatever wire it came on.

One rule stands above the others: an ACK leaves only after the inbox has said that the message
is on stable storage. Everything a frame sets in motion passes through one ordered queue, so
that the answers on a connection come in the order of its frames.
"""

import logging
import time
from collections import deque
from enum import Enum, auto
from typing import Protocol

from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.journal import Journal
from tornvakt.pure.protocols.dc09 import replies
from tornvakt.pure.protocols.dc09.content import (
    Message,
    Undecipherable,
    open_enciphered,
    open_plain,
)
from tornvakt.pure.protocols.dc09.framing import Broken, Frame, Variant
from tornvakt.pure.reception import (
    Known,
    Step,
    is_timely,
    is_well_formed,
    skew_s,
    step_for,
)
from tornvakt.surfaces.receiver.accounts import Accounts
from tornvakt.surfaces.receiver.links import Links
from tornvakt.surfaces.receiver.notices import Notices
from tornvakt.surfaces.receiver.options import Options, UnknownAccounts
from tornvakt.surfaces.receiver.recordings import Recordings, Seen
from tornvakt.surfaces.receiver.remarks import Remarks
from tornvakt.surfaces.receiver.watch import PULSE_CODE, WATCH_ACCOUNT
from tornvakt.surfaces.receiver.window import LINE, Window, duplicate_key

log = logging.getLogger("tornvakt.receiver")

LOOPBACK = ("127.0.0.1", "::1")
MOST_UNSAID = 1_000
UNKNOWN_PER_SECOND = 20
"""Signals of unknown accounts stored each second once the disk is nearly full."""


class Peer(Protocol):
    """Where a frame came from and where its answer goes."""

    source: str  # address without port
    path: str  # "tcp 192.0.2.7": what the entry remembers
    pending: int  # answers still waiting in the queue

    def answer(self, reply: bytes) -> None:
        """Send one whole reply, or drop it when nobody is there any more."""

    def answered(self) -> None:
        """Called after ``pending`` was counted down, so that a paused reader may go on."""


class Trust(Enum):
    """What a frame has shown about whoever sent it."""

    NONE = auto()
    VALID = auto()  # a valid message, but from an account nobody has enrolled
    ENROLLED = auto()


class Ticket:
    """One answer in the queue, and what must be true before it leaves."""

    __slots__ = ("key", "original", "own", "peer", "reply", "stored")

    def __init__(
        self,
        peer: Peer | None,
        reply: bytes,
        key: bytes = b"",
        *,
        original: "Ticket | None" = None,
        own: NewEntry | None = None,
    ) -> None:
        self.peer = peer
        self.reply = reply
        self.key = key
        self.original = original
        self.own = own  # a notice or evidence of ours: said again later if it is refused
        self.stored = False


class Station:
    """Judges frames, stores what must be stored and answers in turn. Runs in one thread."""

    def __init__(
        self,
        journal: "Journal[Ticket]",
        accounts: Accounts,
        links: Links,
        options: Options,
    ) -> None:
        self._journal = journal
        self._accounts = accounts
        self._links = links
        self._options = options
        self.notices = Notices(self.store_own)
        self.window: Window[Ticket | bytes] = Window()
        self.recordings = Recordings()
        self.stored = 0
        self.refused = 0
        self.pulse = 0
        self.repeats = 0
        self.is_space_low = False
        self._unsaid: deque[NewEntry] = deque(maxlen=MOST_UNSAID)
        self._unknown_left = UNKNOWN_PER_SECOND
        self._unknown_unstored = 0
        self._remarks = Remarks(self.notices)

    # ---- in -------------------------------------------------------------------------

    def receive(self, frame: Frame, peer: Peer, at_us: int) -> Trust:
        """Handle a frame whose check is right. ``at_us``: UTC microseconds of its arrival."""
        account = frame.account
        known = self._accounts.get(account)
        step = step_for(frame, known)
        is_repeat = False
        if account == WATCH_ACCOUNT and peer.source not in LOOPBACK:
            self._refuse("security.own_account", frame, peer, at_us)
            return Trust.NONE
        if frame.enciphered:
            opened = self._decipher(frame, known, step, peer, at_us)
            if opened is None:
                return Trust.NONE
            message, plain, is_repeat = opened
        elif step is Step.DOWNGRADE:
            self._refuse("security.downgrade", frame, peer, at_us)
            return Trust.NONE
        else:
            message, plain = open_plain(frame), b""
            if known is not None and message.time is not None:
                self._mind_the_clock(message, known, peer, at_us)
        if step is Step.PASS:
            return Trust.NONE
        if frame.variant is not Variant.STANDARD:
            self._mind_the_variant(frame, known, peer, at_us)
        if not is_repeat:  # a recording played back must not keep a dead line alive
            self._links.heard(account, peer.source, message.extended)
        key = known.key if known is not None and frame.enciphered else None
        now_s = at_us / 1e6
        if step is Step.LINK:
            self._answer_in_turn(peer, replies.ack(frame, key=key, now=now_s))
        elif step is Step.REQUEST:
            self._answer_in_turn(peer, replies.duh(frame))
        elif account == WATCH_ACCOUNT and PULSE_CODE in message.data:
            peer.pending += 1
            ticket = Ticket(peer, replies.ack(frame, key=None, now=now_s))
            self.pulse = int(frame.sequence or b"0")
            self._journal.put_pulse(self.pulse, at_us, ticket)
        else:
            self._store(frame, message, plain, known, peer, at_us)
        return Trust.VALID if known is None else Trust.ENROLLED

    def broken(self, candidate: Broken, peer: Peer, at_us: int) -> None:
        """Handle bytes that are no good frame: no answer, but tell the technician why."""
        self.refused += 1
        self._remarks.broken(candidate, peer, at_us)

    # ---- out ------------------------------------------------------------------------

    def deliver(self, tickets: list[Ticket]) -> None:
        """The inbox has stored a batch: let its answers leave, in order."""
        window = self.window
        for ticket in tickets:
            ticket.stored = True
            if ticket.key:
                self.stored += 1
                line = ticket.key[:LINE]
                if window.get(line) is ticket:
                    window.put(line, ticket.key[LINE:])
            peer = ticket.peer
            if peer is None:
                continue
            peer.pending -= 1
            # A repeat is acknowledged only if the original really was stored.
            if ticket.original is None or ticket.original.stored:
                peer.answer(ticket.reply)
            peer.answered()

    def refuse(self, tickets: list[Ticket]) -> None:
        """The inbox could not store a batch (disk full): nothing of it is acknowledged."""
        for ticket in tickets:
            if ticket.key and self.window.get(ticket.key[:LINE]) is ticket:
                self.window.drop(ticket.key[:LINE])
            if ticket.own is not None:
                self._unsaid.append(ticket.own)
            if ticket.peer is not None:
                ticket.peer.pending -= 1
                ticket.peer.answered()

    def store_own(self, entry: NewEntry) -> None:
        """Store an entry of the receiver's own (notice, evidence), now or when it can be."""
        self._journal.put(entry, Ticket(None, b"", own=entry))

    def every_second(self) -> None:
        """Refill what is rationed by the second, turn the windows, say what could not be said."""
        self._remarks.every_second()
        now = time.monotonic()
        self.window.turn(now)
        self.recordings.turn(now)
        self._unknown_left = UNKNOWN_PER_SECOND
        unsaid = list(self._unsaid)
        self._unsaid.clear()
        for entry in unsaid:
            self.store_own(entry)

    # ---- inside ---------------------------------------------------------------------

    def _store(
        self,
        frame: Frame,
        message: Message,
        plain: bytes,
        known: Known | None,
        peer: Peer,
        at_us: int,
    ) -> None:
        if known is None and self.is_space_low and not self._may_store_unknown():
            return
        key = duplicate_key(frame, message.data, message.extended)
        cipher = known.key if known is not None and frame.enciphered else None
        earlier = self.window.get(key[:LINE])
        reply = self._reply_to(frame, known, cipher, at_us / 1e6)
        peer.pending += 1
        if earlier is not None:
            original = earlier if isinstance(earlier, Ticket) else None
            content = earlier if isinstance(earlier, bytes) else earlier.key[LINE:]
            if content == key[LINE:]:
                self.repeats += 1
                self._journal.put(None, Ticket(peer, reply, original=original))
                return
        ticket = Ticket(peer, reply, key)
        self.window.put(key[:LINE], ticket)
        self._journal.put(
            NewEntry(Kind.SIGNAL, at_us, frame.account, peer.path, key, frame.raw, plain, b""),
            ticket,
        )
        if known is None and frame.account != WATCH_ACCOUNT:
            self._remarks.unknown(frame, peer, at_us)

    def _may_store_unknown(self) -> bool:
        """Ration strangers on a disk that is nearly full, so that it lasts for those we know.

        They get silence, not an ACK: an honest panel tries again.
        """
        if self._unknown_left <= 0:
            self._unknown_unstored += 1
            return False
        self._unknown_left -= 1
        return True

    def _reply_to(self, frame: Frame, known: Known | None, cipher: object, now_s: float) -> bytes:
        if known is None and frame.account != WATCH_ACCOUNT:
            match self._options.unknown_accounts:
                case UnknownAccounts.DUH:
                    return replies.duh(frame)
                case UnknownAccounts.NAK:
                    return replies.nak(now_s, frame.variant)
                case UnknownAccounts.SILENCE:
                    return b""
                case UnknownAccounts.ACK:
                    pass
        key = known.key if known is not None and cipher is not None else None
        return replies.ack(frame, key=key, now=now_s)

    def _decipher(
        self, frame: Frame, known: Known | None, step: Step, peer: Peer, at_us: int
    ) -> tuple[Message, bytes, bool] | None:
        """Open an enciphered frame: message, plain text, whether the cipher text is a repeat.

        None means that the frame has been dealt with.
        """
        if step is Step.NO_KEY or known is None or known.key is None:
            self._refuse("security.enciphered_without_key", frame, peer, at_us)
            return None
        now_s = at_us / 1e6
        try:
            message, plain = open_enciphered(frame, known.key)
        except Undecipherable:
            self._refuse("security.wrong_key", frame, peer, at_us)
            self._answer_in_turn(peer, replies.nak(now_s, frame.variant))
            return None
        # Nor is an alarm without content one: it is a link test under another token.
        if not is_well_formed(message) or (step is Step.STORE and not message.data):
            self._refuse("security.malformed", frame, peer, at_us)
            self._answer_in_turn(peer, replies.nak(now_s, frame.variant))
            return None
        seen, tail = self.recordings.look(frame)
        if seen is Seen.PLAYED_BACK:
            self._refuse("security.replay", frame, peer, at_us)
            return None
        if not is_timely(message, known, now_s):
            if seen is Seen.REPEATED:
                self._refuse("security.replay", frame, peer, at_us)
            else:
                self._remarks.outside_window(frame, message, known, peer, at_us)
            self._answer_in_turn(peer, replies.nak(now_s, frame.variant))
            return None
        if step is Step.LINK:
            self.recordings.remember_link(frame, tail, at_us)
        else:
            self.recordings.remember(frame, tail)
        return message, plain, seen is Seen.REPEATED

    def _refuse(self, why: str, frame: Frame, peer: Peer, at_us: int) -> None:
        self.refused += 1
        self._remarks.refused(why, frame, peer, at_us)

    def _mind_the_clock(self, message: Message, known: Known, peer: Peer, at_us: int) -> None:
        if abs(skew_s(message, at_us / 1e6)) > self._options.skew_limit_s:
            self._remarks.skewed(message, known, peer, at_us)

    def _mind_the_variant(self, frame: Frame, known: Known | None, peer: Peer, at_us: int) -> None:
        if known is None or known.variant == frame.variant:
            return
        if not self._accounts.learn_variant(known.account, frame.variant):
            return
        self._remarks.deviating(frame, known, peer, at_us)

    def _answer_in_turn(self, peer: Peer, reply: bytes) -> None:
        """Answer at once, or behind the answers that still wait for the disk."""
        if peer.pending:
            peer.pending += 1
            self._journal.put(None, Ticket(peer, reply))
        else:
            peer.answer(reply)
