"""SDI-12 sensors on one bus, as they look from behind a transparent serial adapter (SDI-12 1.4, chapter 4).

`aM!`, `aC!` announce; `aD0!` … fetch, once the time is over; `aR0!` measures at once; `aI!` says who it is; `a!` that
it is there. With a C behind the letter (`aMC!`) the values have a CRC. The service request is not sent: it is optional.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from stationsim.condition import Condition, Moment
from stationsim.display import Display
from stationsim.faults import Fault, FaultKind
from stationsim.lines.responder import Reply
from stationsim.text.numbers import fixed
from stationsim.truth import Shown, with_faults

_COMMAND = re.compile(rb"([0-9A-Za-z?])([A-Z]?)(C?)([0-9]?)!")
_LONGEST_ALONE, _LONGEST_TOGETHER = 35, 75  # characters of values in one answer (4.4.5, 4.4.7)


@dataclass(slots=True)
class Probe:
    """`decimals` by symbol, in the order of its values; `lasts_s` what it announces. `fetched` are the texts of aD0!,
    aD1! … of the last measurement, `until_ms` when they are there."""

    decimals: Mapping[str, int]
    lasts_s: int
    identity: str
    echo: bool
    fetched: list[bytes] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    until_ms: int = 0
    has_crc: bool = False


class Sdi12Line:
    silence_s = 5.0
    unsolicited = None

    def __init__(self, name: str, probes: Mapping[str, Probe], condition: Condition, display: Display) -> None:
        self.name = name
        self._probes = dict(probes)
        self._condition = condition
        self._display = display

    def answer(self, buffer: bytearray) -> Iterator[Reply]:
        while (end := buffer.find(b"!")) >= 0:
            asked = bytes(buffer[: end + 1])
            del buffer[: end + 1]
            match = _COMMAND.fullmatch(asked)
            probe = self._probes.get(match[1].decode()) if match else None
            if match is not None and probe is not None:
                yield self._reply(match[1].decode(), probe, match)

    def after_silence(self, buffer: bytearray) -> Iterator[Reply]:
        buffer.clear()
        return iter(())

    def _reply(self, address: str, probe: Probe, asked: re.Match[bytes]) -> Reply:
        moment = self._condition.now()
        letter, has_crc = asked[2], bool(asked[3])
        shown: tuple[Shown, ...] = ()
        match letter:
            case b"M" | b"C":
                self._measure(probe, moment, has_crc, _LONGEST_ALONE if letter == b"M" else _LONGEST_TOGETHER)
                probe.until_ms = moment.at_ms + 1000 * probe.lasts_s
                count = len(probe.decimals)
                text = f"{probe.lasts_s:03d}{count:0{1 if letter == b'M' else 2}d}".encode()
            case b"D":
                number = int(asked[4] or b"0")
                is_there = moment.at_ms >= probe.until_ms and number < len(probe.fetched)
                text = probe.fetched[number] if is_there else b""
                shown = self._truth(address, probe, moment) if is_there else ()
                text = self._closed(address, text, moment) if probe.has_crc else text
            case b"R":
                self._measure(probe, moment, has_crc, _LONGEST_TOGETHER)
                shown = self._truth(address, probe, moment)
                text = self._closed(address, probe.fetched[0], moment) if has_crc else probe.fetched[0]
            case b"I":
                text = probe.identity.encode()
            case _:
                text = b""
        said_by = address if moment.last(FaultKind.WRONG_UNIT) is None else "z"
        content = (asked[0] if probe.echo else b"") + said_by.encode() + text + b"\r\n"
        faults: tuple[Fault, ...] = moment.faults
        return Reply(content, faults, shown, len(asked[0]) + len(content))

    def _measure(self, probe: Probe, moment: Moment, has_crc: bool, longest: int) -> None:
        written = {symbol: fixed(self._display(symbol, moment), places) for symbol, places in probe.decimals.items()}
        probe.shown = {symbol: number.value for symbol, number in written.items()}
        probe.has_crc = has_crc
        probe.fetched = [b""]
        for number in written.values():
            text = (number.text if number.text.startswith("-") else f"+{number.text}").encode()
            if len(probe.fetched[-1]) + len(text) > longest:
                probe.fetched.append(b"")
            probe.fetched[-1] += text

    def _truth(self, address: str, probe: Probe, moment: Moment) -> tuple[Shown, ...]:
        shown = with_faults(Shown(moment.at_ms, self.name, None, probe.shown, address), moment.faults)
        return (shown,) if shown else ()

    def _closed(self, address: str, text: bytes, moment: Moment) -> bytes:
        check = crc(address.encode() + text)
        return text + (check[::-1] + b"~" if moment.last(FaultKind.BAD_CHECKSUM) else check)


def crc(content: bytes) -> bytes:
    """Polynomial 0x8005 reflected, from 0; six bits a character, with 0x40 added."""
    register = 0
    for byte in content:
        for bit in range(8):
            carry = (register ^ byte >> bit) & 1
            register = register >> 1 ^ (0xA001 if carry else 0)
    return bytes(0x40 + (register >> shift) % 64 for shift in (12, 6, 0))
