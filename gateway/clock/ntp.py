"""Asking time servers, all at once and within a bound. The only user of ntplib, which knows the packets.

What it promises: an answer is one only if it returns the 64 random bits of the question (a time stamp that means
nothing to the server: RFC 5905, 8; RFC 9109), so neither an old answer nor somebody else's counts. Every look ends in
time, whatever servers and name servers do. It judges nothing.
"""

from __future__ import annotations

import secrets
import selectors
import socket
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import ntplib

from gateway.core.interfaces import Clock, Instant
from gateway.core.phrase import Phrase
from gateway.core.time_server import EARLIEST_MS, ServerAnswer
from gateway.runtime.lookup import Address, Lookup

LOOKUP_WITHIN_S = 2.0
ANSWER_WITHIN_S = 1.5
"""For each of two rounds: the first address of every server, then another of those that were silent."""
_ROUNDS = 2
_LENGTH = 48
_ORIGINATE, _TRANSMIT = slice(24, 32), slice(40, 48)
_SERVER_MODE = 4
_ERA_MS = (1 << 32) * 1000
_SETTLED_MS = 50
"""A clock that was set by more while the answer was awaited: the two times do not belong together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one question: an answer, or why there is none."""

    answer: ServerAnswer | None
    at: Instant
    """The look at our clocks to which the answer's offset belongs."""
    detail: str = ""


@dataclass(slots=True)
class _Question:
    name: str
    channel: socket.socket
    nonce: bytes
    sent: Instant
    odd: str = ""


class TimeServers:
    """Asks servers; one look at a time, which `give_up` ends early from another thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lookups: dict[str, Lookup] = {}
        self._given_up = False

    def give_up(self) -> None:
        self._given_up = True
        for lookup in tuple(self._lookups.values()):
            lookup.give_up()

    def ask(self, servers: Sequence[tuple[str, str, int]]) -> dict[str, Asked]:
        """`servers`: name, host and port of each. What came of each, by name."""
        self._lookups = {name: Lookup(host, port) for name, host, port in servers}
        found: dict[str, Asked] = {}
        addresses: dict[str, list[Address]] = {}
        deadline_s = self._clock.now().mono_s + LOOKUP_WITHIN_S
        for name, lookup in self._lookups.items():
            try:
                within_s = max(0.0, deadline_s - self._clock.now().mono_s)
                addresses[name] = lookup.addresses(max(0.01, within_s))
            except OSError as error:
                found[name] = Asked(
                    None, self._clock.now(), Phrase("its name cannot be looked up: {error}", error=error)
                )
        for turn in range(_ROUNDS):
            left = {
                name: candidates[turn]
                for name, listed in addresses.items()
                for candidates in [_candidates(listed)]
                if turn < len(candidates) and (name not in found or found[name].answer is None)
            }
            if left and not self._given_up:
                found |= self._ask(left)
        return found

    def _ask(self, servers: dict[str, Address]) -> dict[str, Asked]:
        found: dict[str, Asked] = {}
        with ExitStack() as closing:
            waiting = closing.enter_context(selectors.DefaultSelector())
            for name, (family, _, _, _, place) in servers.items():
                try:
                    channel = closing.enter_context(socket.socket(family, socket.SOCK_DGRAM))
                    channel.setblocking(False)
                    channel.connect(place)  # so that a port that nobody listens at is told
                    nonce = secrets.token_bytes(8)
                    question = _Question(name, channel, nonce, self._clock.now())
                    channel.send(_packet(nonce))
                except OSError as error:
                    found[name] = Asked(
                        None,
                        self._clock.now(),
                        Phrase("cannot be reached: {strerror}", strerror=error.strerror or error),
                    )
                else:
                    waiting.register(channel, selectors.EVENT_READ, question)
            self._gather(waiting, found)
            for key in waiting.get_map().values():
                found[key.data.name] = Asked(None, self._clock.now(), key.data.odd or Phrase("no answer"))
        return found

    def _gather(self, waiting: selectors.BaseSelector, found: dict[str, Asked]) -> None:
        """Read what comes until everybody has answered or the time is over."""
        deadline_s = self._clock.now().mono_s + ANSWER_WITHIN_S
        while waiting.get_map() and not self._given_up:
            left_s = deadline_s - self._clock.now().mono_s
            if left_s <= 0:
                return
            for key, _ in waiting.select(min(left_s, 0.2)):
                question: _Question = key.data
                outcome = self._read(question)
                if outcome is not None:
                    found[question.name] = outcome
                    waiting.unregister(question.channel)

    def _read(self, question: _Question) -> Asked | None:
        """`None`: nothing that answers the question."""
        try:
            packet = question.channel.recv(1024)
        except BlockingIOError:
            return None
        except OSError as error:
            return Asked(
                None, self._clock.now(), Phrase("cannot be reached: {strerror}", strerror=error.strerror or error)
            )
        now = self._clock.now()
        if len(packet) < _LENGTH or packet[0] & 0x7 != _SERVER_MODE:
            question.odd = Phrase("answers something that is no time")
            return None
        if packet[_ORIGINATE] != question.nonce:
            question.odd = Phrase("answers a question that was not asked")
            return None
        took_ms = (now.mono_s - question.sent.mono_s) * 1000
        if abs(now.wall_ms - question.sent.wall_ms - took_ms) > _SETTLED_MS:
            return Asked(None, now, Phrase("our clock was set while the answer was awaited"))
        return Asked(_answer(packet, question.sent, now), now)


def _packet(nonce: bytes) -> bytes:
    """A question that tells nothing of us."""
    empty: bytes = ntplib.NTPPacket(version=4, mode=3).to_data()
    return empty[: _TRANSMIT.start] + nonce


def _candidates(addresses: Sequence[Address]) -> list[Address]:
    """The first address, and the first of the other family, or else the second."""
    first = addresses[:1]
    others = [one for one in addresses[1:] if one[0] != addresses[0][0]] or list(addresses[1:])
    return [*first, *others[:1]]


def _answer(packet: bytes, sent: Instant, received: Instant) -> ServerAnswer:
    read = ntplib.NTPStats()
    read.from_data(packet)
    their_receipt_ms, their_answer_ms = _utc_ms(read.recv_timestamp), _utc_ms(read.tx_timestamp)
    code = ""
    if read.stratum == 0:
        with suppress(UnicodeDecodeError):
            code = packet[12:16].rstrip(b"\0").decode("ascii")
    return ServerAnswer(
        offset_ms=((their_receipt_ms - sent.wall_ms) + (their_answer_ms - received.wall_ms)) / 2,
        delay_ms=(received.mono_s - sent.mono_s) * 1000 - (their_answer_ms - their_receipt_ms),
        root_delay_ms=read.root_delay * 1000,
        root_dispersion_ms=read.root_dispersion * 1000,
        stratum=read.stratum,
        leap=read.leap,
        code=code if code.isprintable() else "",
        server_ms=their_answer_ms,
    )


def _utc_ms(stamp_s: float) -> float:
    """UTC of an NTP time stamp. It wraps in 2036: what would be before this program is of the next era."""
    utc_ms: float = ntplib.ntp_to_system_time(stamp_s) * 1000
    return utc_ms if utc_ms >= EARLIEST_MS else utc_ms + _ERA_MS
