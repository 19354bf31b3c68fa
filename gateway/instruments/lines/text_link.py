"""One line for protocols of text: a question and its answer, or listening to a device that talks unasked.

The failures of sockets and ports become the gateway's errors here. It asks once and never retries: when to ask again
is the poller's decision. After anything but a proper answer the connection is closed, and nothing is asked on this line
until the answer that is still owed can be expected to have passed: text bears no number and rarely an address, so
until then whatever comes is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from gateway.config import SerialLink, TcpLink
from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.instruments.lines.byte_line import ByteLine, ensure_open, receive_more
from gateway.instruments.lines.excerpts import error_words, text_excerpt
from gateway.instruments.lines.raw_line import RawLine
from gateway.instruments.lines.serial_line import SerialLine
from gateway.instruments.lines.whole_lines import WholeLines

LONGEST_ANSWER = 4096
"""Bytes. Whoever sends more than this is not talking to us; nothing longer is ever looked into."""

LATENESS = 1.1
"""Polls keep to a grid and are late by a little: what was heard since the last one is no older than a period then."""

GONE_PERIODS = 3
"""After so many silent periods a connection is taken for dead: nothing is ever sent that would bring it to light."""

LONGEST_WAIT_S = 30.0
"""For who came in the middle, or was away for longer than a period: so long is waited for a line that is fresh."""

FLOOD = 1 << 20
"""Bytes that are heard while one line is waited for."""

IDLE_CHARACTERS = 4
"""Silence that ends an answer is longer than this on the wire, besides: some UARTs and adapters leave gaps."""

Answer = TypeVar("Answer")


class TextLine(ByteLine, Protocol):
    """A line on which it can be told how fresh a text is."""

    silent_since_s: float
    holds_bytes: float


class Listener(Protocol):
    """Who wants something of what is said unasked."""

    @property
    def has_all(self) -> bool:
        """Whether nothing more is wanted."""

    @property
    def line_count(self) -> int:
        """How many lines he has heard."""

    def hear(self, lines: Sequence[bytes], at_s: float) -> None: ...
    def forget(self) -> None: ...


def text_link(name: str, settings: SerialLink | TcpLink, clock: Clock) -> TextLink:
    """The link as configured. Connects to nothing yet."""
    timeout_s, pause_s = settings.timeout.total_seconds(), settings.pause.total_seconds()
    if isinstance(settings, TcpLink):
        return TextLink(name, RawLine(settings.host, settings.port, timeout_s, pause_s, clock), clock)
    form = (settings.baudrate, settings.bytesize, str(settings.parity), settings.stopbits)
    line = SerialLine(settings.device, *form, timeout_s, pause_s, clock, rs485=settings.rs485)
    return TextLink(name, line, clock)


class TextLink:
    """Questions and answers on one line. For one thread at a time, `interrupt` excepted."""

    def __init__(self, name: str, line: TextLine, clock: Clock) -> None:
        self.name = name
        self.timeout_s = line.timeout_s
        self._line = line
        self._clock = clock
        self._late_until_s = 0.0
        self._whole_lines: WholeLines | None = None
        self._listened_s = clock.now().mono_s

    @property
    def longest_answer_s(self) -> float:
        """How long one question may take: a late answer, a line that is drained, the longest answer on the wire."""
        return 3 * self.timeout_s + self._line.wire_time_s(LONGEST_ANSWER)

    @property
    def now_s(self) -> float:
        """As the machine counts since its start: when an answer was there, for whoever asks several questions."""
        return self._clock.now().mono_s

    def connect(self) -> None:
        """Make sure that there is a connection, a new one if the far end left the old one.

        Raises:
            InstrumentSilent: there is none to be had within the time-out.
        """
        if ensure_open(self._line):
            self._whole_lines = None
            self._listened_s = self._clock.now().mono_s

    def ask(self, question: bytes, understand: Callable[[bytes], Answer | None], who: str) -> Answer:
        """Send the question and listen until `understand` finds the answer in everything received since.

        `understand` returns `None` while the answer is incomplete, and raises `InstrumentGarbled` or
        `InstrumentRefused` for one that is no good. `who` names the device in messages.

        Raises:
            InstrumentSilent: no connection, or no answer within the time-out.
            InstrumentGarbled: something came that is not the answer.
            InstrumentRefused: the device declined; the connection stays.
        """
        return self._asked(lambda: self._exchange(question, understand, who), who)

    def ask_until_idle(self, question: bytes, idle_s: float, who: str) -> bytes:
        """Send the question and listen until the line has been silent for that long: for devices whose answers have no
        end. Whether it is a whole one, must be told from what it holds.

        Raises:
            InstrumentSilent: no connection, or no answer within the time-out.
            InstrumentGarbled: it never ends.
        """
        return self._asked(lambda: self._exchange_until_idle(question, idle_s, who), who)

    def wait(self, longest_s: float, understand: Callable[[bytes], Answer | None]) -> Answer | None:
        """Listen, without asking anything, until `understand` finds what it looks for in everything received since, or
        the time is over: then `None`.

        Raises:
            InstrumentSilent: no connection, or it was lost.
            InstrumentGarbled: a flood.
        """
        if not self._line.is_open:
            self.connect()
        try:
            return self._heard_within(longest_s, understand)
        except OSError as error:
            self._abandon()
            raise InstrumentSilent(
                Phrase("{address}: {error_words}", address=self._line.address, error_words=error_words(error))
            ) from error

    def listen(self, terminator: bytes, period_s: float, listener: Listener) -> None:
        """Let the listener hear the lines that a device which talks unasked has completed, heard from their first byte,
        not older than the period. Each line is given out once.

        If he lacks something then, waits for it for the time-out; on a new connection, or when nobody has listened for
        longer than a period, for two periods (a line that was under way does not count), but at most `LONGEST_WAIT_S`,
        and the time-out: who talks once in a period is not always punctual.

        Raises:
            InstrumentSilent: no connection, or not a single line.
            InstrumentGarbled: a flood.
        """
        if not self._line.is_open:
            self.connect()
        try:
            self._hear(terminator, period_s, listener)
        except OSError as error:
            self._line.close()
            raise InstrumentSilent(
                Phrase("{address}: {error_words}", address=self._line.address, error_words=error_words(error))
            ) from error

    def interrupt(self) -> None:
        """From another thread: make a question under way, and every later one, fail at once."""
        self._line.interrupt()

    def close(self) -> None:
        """Release the connection for good."""
        self._line.release()

    def _asked(self, exchange: Callable[[], Answer], who: str) -> Answer:
        if not self._line.is_open:
            self.connect()
        try:
            return exchange()
        except InstrumentRefused:
            raise
        except InstrumentError:
            self._abandon()
            raise
        except OSError as error:
            self._abandon()
            raise InstrumentSilent(
                Phrase(
                    "{address}: {who}: {error_words}",
                    address=self._line.address,
                    who=who,
                    error_words=error_words(error),
                )
            ) from error

    def _exchange(self, question: bytes, understand: Callable[[bytes], Answer | None], who: str) -> Answer:
        line = self._line
        line.drain(max(0.0, self._late_until_s - self._clock.now().mono_s))
        started_s = self._clock.now().mono_s
        longest_s = line.timeout_s + line.wire_time_s(len(question))
        line.send(question)
        received = b""
        left_s = longest_s
        while left_s > 0 and (chunk := receive_more(line, left_s, received, text_excerpt)):
            received += chunk
            if len(received) > LONGEST_ANSWER:
                raise InstrumentGarbled(
                    Phrase(
                        "{address}: {who}: a flood of bytes instead of an answer: {text_excerpt}",
                        address=line.address,
                        who=who,
                        text_excerpt=text_excerpt(received),
                    )
                )
            answer = understand(received)
            if answer is not None:
                return answer
            on_wire_s = line.wire_time_s(len(received))  # a slow line is not a silent device
            left_s = started_s + longest_s + on_wire_s - self._clock.now().mono_s
        if received:
            raise InstrumentGarbled(
                Phrase(
                    "{address}: {who}: not an answer: {text_excerpt}",
                    address=line.address,
                    who=who,
                    text_excerpt=text_excerpt(received),
                )
            )
        raise InstrumentSilent(
            Phrase(
                "{address}: {who} did not answer within {longest_s:.3g} s",
                address=line.address,
                who=who,
                longest_s=longest_s,
            )
        )

    def _exchange_until_idle(self, question: bytes, idle_s: float, who: str) -> bytes:
        line = self._line
        line.drain(max(0.0, self._late_until_s - self._clock.now().mono_s))
        started_s = self._clock.now().mono_s
        longest_s = line.timeout_s + line.wire_time_s(len(question))
        idle_s += line.wire_time_s(IDLE_CHARACTERS)
        line.send(question)
        received = b""
        while chunk := receive_more(line, idle_s if received else longest_s, received, text_excerpt):
            received += chunk
            lasted_s = self._clock.now().mono_s - started_s
            if len(received) > LONGEST_ANSWER or lasted_s > longest_s + line.wire_time_s(len(received)):
                raise InstrumentGarbled(
                    Phrase(
                        "{address}: {who}: an answer without an end: {text_excerpt}",
                        address=line.address,
                        who=who,
                        text_excerpt=text_excerpt(received),
                    )
                )
        if not received:
            raise InstrumentSilent(
                Phrase(
                    "{address}: {who} did not answer within {longest_s:.3g} s",
                    address=line.address,
                    who=who,
                    longest_s=longest_s,
                )
            )
        return received

    def _abandon(self) -> None:
        self._line.close()
        self._late_until_s = self._clock.now().mono_s + self._line.timeout_s

    def _heard_within(self, longest_s: float, understand: Callable[[bytes], Answer | None]) -> Answer | None:
        until_s = self._clock.now().mono_s + longest_s
        received, byte_count = b"", 0
        while (left_s := until_s - self._clock.now().mono_s) > 0:
            heard = self._line.receive(left_s)
            if not heard:
                continue
            byte_count += len(heard)
            if byte_count > FLOOD:
                raise InstrumentGarbled(Phrase("{address}: a flood of bytes", address=self._line.address))
            received = (received + heard)[-LONGEST_ANSWER:]
            answer = understand(received)
            if answer is not None:
                return answer
        return None

    def _hear(self, terminator: bytes, period_s: float, listener: Listener) -> None:
        line = self._line
        lines = self._whole_lines = self._whole_lines or WholeLines(terminator)
        began_s = self._clock.now().mono_s
        is_recent = began_s - self._listened_s <= period_s * LATENESS
        byte_count = 0
        while heard := line.receive(0):
            complete = lines.feed(heard)
            byte_count += len(heard)
            now_s = self._clock.now().mono_s
            if is_recent:
                listener.hear(complete, now_s)
            if now_s - began_s > self.timeout_s:
                raise InstrumentGarbled(Phrase("{address}: a flood of bytes", address=line.address))
        self._listened_s = self._clock.now().mono_s
        if byte_count >= line.holds_bytes:  # some may be lost: what looks like a line may be the halves of two
            lines = self._whole_lines = WholeLines(terminator)
            listener.forget()
        if listener.has_all:
            return
        is_late = is_recent and lines.is_in_step
        wait_s = self.timeout_s if is_late else min(2 * period_s, LONGEST_WAIT_S) + self.timeout_s
        self._wait_for_lines(lines, wait_s, period_s, listener)

    def _wait_for_lines(self, lines: WholeLines, wait_s: float, period_s: float, listener: Listener) -> None:
        """Those that are completed next, until nothing is wanted any more."""
        line = self._line
        until_s = self._listened_s + wait_s
        byte_count = 0
        while (left_s := until_s - self._listened_s) > 0 and (heard := line.receive(left_s)):
            self._listened_s = self._clock.now().mono_s
            listener.hear(lines.feed(heard), self._listened_s)
            byte_count += len(heard)
            if byte_count > FLOOD:
                raise InstrumentGarbled(Phrase("{address}: a flood of bytes", address=line.address))
            if listener.has_all:
                return
        self._listened_s = self._clock.now().mono_s
        if self._listened_s - line.silent_since_s > GONE_PERIODS * period_s:
            line.close()
        if listener.line_count:
            return
        if lines.unended:
            raise InstrumentGarbled(
                Phrase(
                    "{address}: no line ends as configured: {text_excerpt}",
                    address=line.address,
                    text_excerpt=text_excerpt(lines.unended),
                )
            )
        raise InstrumentSilent(
            Phrase("{address}: no new line within {wait_s:.3g} s", address=line.address, wait_s=wait_s)
        )
