"""At which address a device of a protocol of text answers.

Bayern-Hessen has no question for it, so addresses are called one after the other: those that makers set and people
mostly choose. A sensor that is alone on an SDI-12 bus says its own (SDI-12 1.4, 4.4.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gateway.cli.init.found_instruments import opened
from gateway.cli.init.offers import FoundAround
from gateway.config.file.location import Location
from gateway.config.interview.content import items_in, value_at
from gateway.config.interview.question import InitQuestion
from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentSilent

if TYPE_CHECKING:
    from gateway.core.interfaces import Clock
    from gateway.instruments.lines.text_link import TextLink
    from gateway.texts import Texts

BAYERN_HESSEN_ADDRESSES: tuple[int, ...] = (*range(1, 17), 20, 30, 40, 50, 0, 42, 43, 48, 49, 100, 200, 300, 400)
"""What people choose, and what analysers bear from the factory: the number in their model's name (Thermo 42i: 42,
Teledyne T300: 300)."""
_LONGEST_S = 20.0
"""A silent address takes two time-outs: a late answer must not be taken for the next one's."""
_MOST_TALKED = 3
_ANSWER = b"\x02MD"
_WHO_IS_THERE = b"?!"


class DeviceAddresses:
    """What was found for each instrument, so that nothing is called twice. Ctrl-C ends a search without a result."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: dict[tuple[Location, str], int | str | None] = {}

    def forget(self, question: InitQuestion) -> None:
        """Of this instrument: it is asked about anew, perhaps with another cable."""
        for key in [one for one in self._found if one[0] == question.location[:2]]:
            del self._found[key]

    def of(self, question: InitQuestion, content: dict[str, Any], protocol: str) -> int | str | None:
        """The first that answers and is no other instrument's; `None`: none does.

        Raises:
            InstrumentError: there is no connection.
        """
        look: Callable[[TextLink, set[object]], int | str | None] | None = _LOOKS.get(protocol)
        key = question.location[:2], protocol
        if look is not None and key not in self._found:
            from gateway.instruments.lines.text_link import TextLink

            self._found[key] = None
            taken = _taken(question, content, protocol)
            with opened(question, content, self._clock) as link:
                if isinstance(link, TextLink):
                    with suppress(KeyboardInterrupt):
                        self._found[key] = look(link, taken)
        return self._found.get(key)


def found_addresses(
    question: InitQuestion, content: dict[str, Any], addresses: DeviceAddresses, texts: Texts
) -> FoundAround:
    """For the question after the address of one device."""
    protocol = str(question.location[2])
    found = addresses.of(question, content, protocol)
    if found is not None:
        return FoundAround((texts("init.found.address", address=found),), default=found)
    if protocol != "bayern_hessen":
        return FoundAround()
    return FoundAround((texts("init.found.no_address", addresses=_in_ranges(BAYERN_HESSEN_ADDRESSES)),))


def _taken(question: InitQuestion, content: dict[str, Any], protocol: str) -> set[object]:
    """By the other instruments on its link."""
    index, link = question.location[1], value_at(content, (*question.location[:2], "link"))
    others = (one for one in range(items_in(content, ("instruments",))) if one != index)
    return {
        value_at(content, ("instruments", one, protocol, "address"))
        for one in others
        if value_at(content, ("instruments", one, "link")) == link
    }


def _bayern_hessen(link: TextLink, taken: set[object]) -> int | None:
    """On a line where somebody talks unasked nobody is called for long."""
    until_s, talked = link.now_s + _LONGEST_S, 0
    for address in BAYERN_HESSEN_ADDRESSES:
        if address in taken:
            continue
        if link.now_s > until_s or talked == _MOST_TALKED:
            return None
        try:
            if _answers(link, address):
                return address
            talked = 0
        except InstrumentGarbled:
            talked += 1
    return None


def _answers(link: TextLink, address: int) -> bool:
    """With an answer of the protocol; whether all of it is sound is another question.

    Raises:
        InstrumentGarbled: something else was said.
    """
    from gateway.instruments.bayern_hessen.telegram import question as telegram

    def whole_answer(received: bytes) -> bool | None:
        _, start, rest = received.partition(_ANSWER)
        return True if start and (b"\x03" in rest or b"\r" in rest) else None

    try:
        return link.ask(telegram(address, True), whole_answer, f"address {address}")
    except InstrumentSilent:
        return False


def _sdi12(link: TextLink, _taken: set[object]) -> str | None:
    """Of several that answer at once nothing can be read."""

    def only_address(received: bytes) -> bytes | None:
        line, is_ended, _ = received.replace(_WHO_IS_THERE, b"").lstrip(b"\x00\r\n").partition(b"\r\n")
        return line if is_ended else None

    try:
        said = link.ask(_WHO_IS_THERE, only_address, "any sensor").decode("latin-1")
    except InstrumentError:
        return None
    return said if len(said) == 1 and said.isascii() and said.isalnum() else None


_LOOKS = {"bayern_hessen": _bayern_hessen, "sdi12": _sdi12}


def _in_ranges(numbers: Iterable[int]) -> str:
    """`0-16, 20`."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], number]
        else:
            ranges.append([number])
    return ", ".join("-".join(map(str, one)) for one in ranges)
