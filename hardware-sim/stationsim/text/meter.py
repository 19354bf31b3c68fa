"""An instrument that shows its values in a line of its own making: asked for it, or unasked every so often."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stationsim.condition import Condition, Moment
from stationsim.display import Display
from stationsim.faults import FaultKind
from stationsim.lines.responder import Reply, Unsolicited
from stationsim.text.checksums import checksum, spoiled
from stationsim.text.numbers import fixed
from stationsim.truth import Shown, with_faults


@dataclass(frozen=True, slots=True)
class Wording:
    """`response` has symbols and `status` in braces; `decimals` is by symbol, `codes` what stands for the status."""

    request: bytes | None
    every_ms: int | None
    response: str
    terminator: bytes
    checksum: str
    checksum_mark: bytes
    checksum_skip: int
    measuring: str
    calibrating: str
    fault: str
    decimals: Mapping[str, int]


class Meter:
    """`characters` of a reply are those of request and line."""

    silence_s = 5.0

    def __init__(self, name: str, wording: Wording, condition: Condition, display: Display) -> None:
        self.name = name
        self._wording = wording
        self._condition = condition
        self._display = display
        self.unsolicited: Unsolicited | None = None
        if wording.every_ms is not None:
            self.unsolicited = Unsolicited(wording.every_ms / 1000, lambda: self._line(b""))

    def answer(self, buffer: bytearray) -> Iterator[Reply]:
        """Whatever stands before a request is noise."""
        request = self._wording.request
        if request is None:
            buffer.clear()
            return
        while (at := buffer.find(request)) >= 0:
            del buffer[: at + len(request)]
            yield self._line(request)

    def after_silence(self, buffer: bytearray) -> Iterator[Reply]:
        buffer.clear()
        return iter(())

    def _line(self, request: bytes) -> Reply:
        moment = self._condition.now()
        decimals = self._wording.decimals
        written = {symbol: fixed(self._display(symbol, moment), places) for symbol, places in decimals.items()}
        status = self._status(moment)
        fields = {symbol: number.text for symbol, number in written.items()} | {"status": status}
        content = self._closed(self._wording.response.format_map(fields).encode("ascii"), moment)
        values = {symbol: number.value for symbol, number in written.items()}
        shown = with_faults(Shown(moment.at_ms, self.name, None, values, status), moment.faults)
        return Reply(content, moment.faults, (shown,) if shown else (), len(request) + len(content))

    def _closed(self, line: bytes, moment: Moment) -> bytes:
        digits = checksum(self._wording.checksum, line[self._wording.checksum_skip :])
        if not digits:
            return line + self._wording.terminator
        if moment.last(FaultKind.BAD_CHECKSUM):
            digits = spoiled(digits)
        return line + self._wording.checksum_mark + digits + self._wording.terminator

    def _status(self, moment: Moment) -> str:
        state = moment.state
        if state is None:
            return self._wording.measuring
        usual = self._wording.calibrating if state.kind is FaultKind.CALIBRATING else self._wording.fault
        return usual if state.code is None else str(state.code)
