"""What a device that speaks text says: its lines, which checksum they have, which measurements it answers with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from gateway.cli.init.found_instruments import opened
from gateway.cli.init.offers import FoundAround
from gateway.config.instruments.ascii_protocol import CHECKSUM_GROUP, Checksum
from gateway.config.interview.content import value_at
from gateway.config.interview.question import InitQuestion
from gateway.config.interview.text_lines import CHECKSUMS, NO_CHECKSUM, groups_in, pattern_of
from gateway.core.errors import InstrumentError
from gateway.core.printable import printable

if TYPE_CHECKING:
    from gateway.core.interfaces import Clock
    from gateway.texts import Texts

_LISTENS_S = 4.0
_MOST_LINES = 3
_TERMINATOR = b"\r\n"


def found_lines(question: InitQuestion, content: dict[str, Any], clock: Clock, texts: Texts) -> FoundAround:
    """The newest ones, and an expression of the newest that has numbers."""
    heard = _heard(question, content, clock)
    if not heard:
        return FoundAround((texts("init.found.no_line"),))
    pattern = next((found for line in reversed(heard) if (found := pattern_of(line)) is not None), None)
    shown = tuple(printable(line) for line in heard[-_MOST_LINES:])
    if pattern is None:
        return FoundAround(shown)
    return FoundAround((*shown, texts("init.found.pattern")), default=pattern)


def found_checksum(question: InitQuestion, content: dict[str, Any], clock: Clock) -> FoundAround:
    """The one that is right in every line that was heard."""
    pattern = str(value_at(content, (*question.location[:3], "response")))
    heard = [line for line in _heard(question, content, clock) if _checksum_of(pattern, line) is not None]
    fitting = [kind for kind in CHECKSUMS if kind != NO_CHECKSUM and heard and _is_right_in_all(kind, pattern, heard)]
    return FoundAround(default=fitting[0] if fitting else None)


def found_measurements(question: InitQuestion, content: dict[str, Any], clock: Clock, texts: Texts) -> FoundAround:
    """The numbers that a Bayern-Hessen device has in its answer, with what they are now."""
    from gateway.instruments.bayern_hessen.telegram import answer_in
    from gateway.instruments.bayern_hessen.telegram import question as telegram
    from gateway.instruments.lines.text_link import TextLink

    instrument = value_at(content, question.location[:2])
    address = value_at(instrument, ("bayern_hessen", "address"))
    with opened(question, content, clock) as link:
        if not isinstance(link, TextLink) or not isinstance(address, int):
            return FoundAround(default=address)
        answer = link.ask(telegram(address, True), lambda received: answer_in(received, True), f"address {address}")
    taken = {value_at(one, ("id",)) for one in value_at(instrument, ("parameters",)) or ()}
    free = [number for number in answer if number not in taken]
    lines = (texts("init.found.measurement", number=one.number, value=f"{one.value:f}") for one in answer.values())
    return FoundAround(tuple(lines), default=next(iter(free), address))


class _UnaskedLines:
    """Implements `gateway.instruments.lines.text_link.Listener`: takes all, until there are enough."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    @property
    def has_all(self) -> bool:
        return len(self.lines) >= _MOST_LINES

    @property
    def line_count(self) -> int:
        return len(self.lines)

    def hear(self, lines: Sequence[bytes], at_s: float) -> None:
        self.lines += lines

    def forget(self) -> None:
        self.lines.clear()


def _heard(question: InitQuestion, content: dict[str, Any], clock: Clock) -> list[str]:
    """Lines without their ends: unasked within a few seconds, or the one in answer to the request.

    Raises:
        InstrumentError: nothing can be heard there.
    """
    from gateway.instruments.lines.text_link import TextLink

    request = value_at(content, (*question.location[:3], "request"))
    with opened(question, content, clock) as link:
        if not isinstance(link, TextLink):
            return []
        if isinstance(request, str):
            return [link.ask(request.encode("latin-1"), _whole_line, question.key).decode("latin-1")]
        listener = _UnaskedLines()
        try:
            link.listen(_TERMINATOR, _LISTENS_S, listener)
        except InstrumentError:
            if not listener.lines:
                raise
        return [line.decode("latin-1") for line in listener.lines]


def _whole_line(received: bytes) -> bytes | None:
    line, is_ended, _ = received.partition(_TERMINATOR)
    return line if is_ended else None


def _checksum_of(pattern: str, line: str) -> tuple[int, str] | None:
    from gateway.config.instruments.line_pattern import LinePattern

    if CHECKSUM_GROUP not in groups_in(pattern):
        return None
    match = LinePattern(pattern).fullmatch(line.encode("latin-1"))
    digits = None if match is None else match[CHECKSUM_GROUP]
    return None if match is None or digits is None else (match.start(CHECKSUM_GROUP), digits)


def _is_right_in_all(kind: str, pattern: str, lines: Iterable[str]) -> bool:
    from gateway.instruments.ascii.checksum import is_right

    settings = Checksum.model_validate(CHECKSUMS[kind])
    return all(is_right(line, *found, settings) for line in lines if (found := _checksum_of(pattern, line)) is not None)
