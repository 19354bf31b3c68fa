"""A gas analyser that speaks the AK protocol (exhaust test benches' serial interface, as analyser manuals print it).

Request: STX, any byte, four letters, blank, K and the channel, further data, ETX. Answer: STX, a byte, the same
letters, blank, the error digit, further data, ETX. No checksum, no address: a point-to-point line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stationsim.condition import Condition, Moment
from stationsim.display import Display
from stationsim.faults import FaultKind
from stationsim.lines.responder import Reply
from stationsim.text.numbers import fixed
from stationsim.truth import Shown, with_faults

_STX, _ETX = b"\x02", b"\x03"
_REQUEST = re.compile(r".(?P<code>[A-Z]{4})(?P<data>( .*)?)", re.DOTALL)
_CHANNEL = re.compile(r" K(?P<channel>\d{1,2})( M1)? *")
_CELL_KELVIN = "313.2"
_BAROMETER_HPA = "1009.6"


@dataclass(frozen=True, slots=True)
class Channel:
    decimals: int
    range_end: float


class AkAnalyser:
    """`channels` by symbol; K1 is the first. K0 asks all of them."""

    silence_s = 5.0
    unsolicited = None

    def __init__(
        self,
        name: str,
        channels: Mapping[str, Channel],
        condition: Condition,
        display: Display,
        *,
        dont_care: str,
        device: str,
        serial: str,
    ) -> None:
        self.name = name
        self._channels = tuple(channels.items())
        self._condition = condition
        self._display = display
        self._dont_care = dont_care
        self._identity = f"{device} {serial}"
        self._remote = True

    def answer(self, buffer: bytearray) -> Iterator[Reply]:
        """What is no request of four letters is not answered."""
        while (end := buffer.find(_ETX)) >= 0:
            _, stx, text = bytes(buffer[:end]).rpartition(_STX)
            asked = end + 1
            del buffer[:asked]
            request = _REQUEST.fullmatch(text.decode("latin-1"))
            if stx and request is not None:
                yield self._reply(request["code"], request["data"], asked)

    def after_silence(self, buffer: bytearray) -> Iterator[Reply]:
        buffer.clear()
        return iter(())

    def _reply(self, code: str, data: str, asked: int) -> Reply:
        moment = self._condition.now()
        values: dict[str, str] = {}
        match = _CHANNEL.fullmatch(data)
        channel = -1 if match is None else int(match["channel"])
        if code not in _READ and code not in _MODES:
            code, answer = "????", ""
        elif match is None:
            answer = "SE"  # syntax error
        elif channel > len(self._channels):
            answer = f"K{channel} NA"  # not available
        elif code in _MODES:
            self._remote = code == "SREM"
            answer = ""
        else:
            answer = self._answer(code, channel, moment, values)
        digit = _error_digit(moment)
        said = f"{self._dont_care}{code} {digit}" + (f" {answer}" if answer else "")
        content = _STX + said.encode("ascii") + _ETX
        shown = with_faults(Shown(moment.at_ms, self.name, None, values, f"{_function(moment)} {digit}"), moment.faults)
        return Reply(content, moment.faults, (shown,) if shown else (), asked + len(content))

    def _answer(self, code: str, channel: int, moment: Moment, values: dict[str, str]) -> str:
        """What follows the error digit; fills in the values that it shows."""
        asked = self._channels if channel == 0 else self._channels[channel - 1 : channel]
        match code:
            case "AKON":
                return " ".join(self._concentration(symbol, way, moment, values) for symbol, way in asked)
            case "ASTZ":
                return f"{'SREM' if self._remote else 'SMAN'} {_function(moment)}"
            case "ASTF":
                return str(_error_digit(moment)) if _error_digit(moment) else ""
            case "AEMB":
                return " ".join("M1" for _ in asked)
            case "AMBE":
                return " ".join(f"M1 {way.range_end:g}" for _, way in asked)
            case "AKEN":
                return self._identity
            case "ATEM":
                return _CELL_KELVIN
            case _:
                return _BAROMETER_HPA

    def _concentration(self, symbol: str, way: Channel, moment: Moment, values: dict[str, str]) -> str:
        """A value that is valid only with restrictions begins with `#`: no value to whoever reads it."""
        written = fixed(self._display(symbol, moment), way.decimals)
        if moment.last(FaultKind.FAULT):
            return f"#{written.text}"
        values[symbol] = written.value
        return written.text


_READ = {"AKON", "ASTZ", "ASTF", "AEMB", "AMBE", "AKEN", "ATEM", "ADRU"}
_MODES = {"SREM", "SMAN"}


def _error_digit(moment: Moment) -> int:
    """0 without an error. A real device counts 1 to 9 as its errors change; this one shows the fault's code."""
    fault = moment.last(FaultKind.FAULT)
    return 0 if fault is None else fault.code or 1


def _function(moment: Moment) -> str:
    """Measuring gas, or zero gas while it calibrates."""
    return "SNGA" if moment.last(FaultKind.CALIBRATING) else "SMGA"
