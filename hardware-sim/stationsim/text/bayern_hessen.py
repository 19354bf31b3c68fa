"""Analysers that speak Bayern-Hessen (Gesytec), as analyser manuals print it: `DA` asks, `MD` answers.

Request: STX, `DA`, the address or nothing, then CR, or ETX and the block check. The answer ends as the request did. A
request for another address, or with a wrong block check, is not answered.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import xor

from stationsim.condition import Condition, Moment
from stationsim.display import Display
from stationsim.faults import FaultKind
from stationsim.lines.responder import Reply
from stationsim.text.checksums import spoiled
from stationsim.text.numbers import exponential
from stationsim.truth import Shown, with_faults

_STX, _ETX, _CR = b"\x02", b"\x03", b"\r"
_END = re.compile(rb"\r|\x03[0-9A-Fa-f]{2}")
_QUERY = re.compile(rb"DA( ?(?P<address>\d{1,3}) *)?")


@dataclass(frozen=True, slots=True)
class Analyser:
    """`symbols` in the order of the answer. `calibrating` is the operating status then, `fault` the error status."""

    symbols: tuple[str, ...]
    serial: str
    filler: str
    calibrating: int
    fault: int


class BayernHessenLine:
    """One or several analysers by address. Without an address only a single one answers: several would collide."""

    silence_s = 5.0
    unsolicited = None

    def __init__(self, name: str, analysers: Mapping[int, Analyser], condition: Condition, display: Display) -> None:
        self.name = name
        self._analysers = dict(analysers)
        self._condition = condition
        self._display = display

    def answer(self, buffer: bytearray) -> Iterator[Reply]:
        while (end := _END.search(buffer)) is not None:
            _, stx, text = bytes(buffer[: end.start()]).rpartition(_STX)
            checked = end[0] != _CR
            valid = not checked or int(end[0][1:], 16) == block_check(_STX + text + _ETX)
            asked = end.end()
            del buffer[:asked]
            query = _QUERY.fullmatch(text)
            address = self._addressed(query) if stx and query and valid else None
            if address is not None:
                yield self._reply(address, asked, checked=checked)

    def after_silence(self, buffer: bytearray) -> Iterator[Reply]:
        buffer.clear()
        return iter(())

    def _addressed(self, query: re.Match[bytes]) -> int | None:
        if query["address"] is None:
            return next(iter(self._analysers)) if len(self._analysers) == 1 else None
        address = int(query["address"])
        return address if address in self._analysers else None

    def _reply(self, address: int, asked: int, *, checked: bool) -> Reply:
        """`checked`: with a block check. Without one, a fault of the checksum has nothing to act on."""
        analyser = self._analysers[address]
        moment = self._condition.now(address)
        faults = tuple(fault for fault in moment.faults if checked or fault.kind is not FaultKind.BAD_CHECKSUM)
        written = {symbol: exponential(self._display(symbol, moment)) for symbol in analyser.symbols}
        status = _status(analyser, moment)
        first = address + 1 if moment.last(FaultKind.WRONG_UNIT) else address
        parts = [f"MD{len(written):02d}"]
        for number, value in enumerate(written.values(), first):
            parts += [f"{number % 1000:03d}", value.text, status, analyser.serial]
            parts += [analyser.filler] if analyser.filler else []
        content = _closed(" ".join([*parts, ""]).encode("ascii"), checked=checked, moment=moment)
        values = {symbol: number.value for symbol, number in written.items()}
        shown = with_faults(Shown(moment.at_ms, self.name, address, values, status), faults)
        return Reply(content, faults, (shown,) if shown else (), asked + len(content))


def block_check(content: bytes) -> int:
    """Exclusive or of all characters from STX to ETX, both included."""
    return reduce(xor, content, 0)


def _closed(text: bytes, *, checked: bool, moment: Moment) -> bytes:
    if not checked:
        return _STX + text + _CR
    framed = _STX + text + _ETX
    digits = b"%02X" % block_check(framed)
    return framed + (spoiled(digits) if moment.last(FaultKind.BAD_CHECKSUM) else digits)


def _status(analyser: Analyser, moment: Moment) -> str:
    """Operating status and error status, a byte each in hexadecimal digits."""
    operating, error = 0, 0
    calibrating, fault = moment.last(FaultKind.CALIBRATING), moment.last(FaultKind.FAULT)
    if calibrating is not None:
        operating = analyser.calibrating if calibrating.code is None else calibrating.code
    if fault is not None:
        error = analyser.fault if fault.code is None else fault.code
    return f"{operating:02X} {error:02X}"
