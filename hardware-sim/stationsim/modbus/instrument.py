"""One simulated instrument: its units, the faults that befall it, and the truth it leaves behind.

It answers PDUs; transports (TCP, RTU) bring requests and send what `wire` plans.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stationsim.clock import Clock
from stationsim.faults import Fault, FaultKind, FaultPlan
from stationsim.modbus.pdu import Answer, answer, exception
from stationsim.modbus.unit import Moment, Unit
from stationsim.truth import Shown, Truth


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with the faults that hold while it is sent, and what it will have shown once it is."""

    pdu: bytes
    faults: tuple[Fault, ...]
    shown: Shown | None


class Instrument:
    """Times of faults count from its making."""

    def __init__(self, name: str, units: Mapping[int, Unit], plan: FaultPlan, clock: Clock, truth: Truth) -> None:
        self.name = name
        self._units = dict(units)
        self._plan = plan
        self._clock = clock
        self._truth = truth
        self._started_s = clock.monotonic_s()

    def respond(self, number: int, request: bytes) -> Response | None:
        """None when no such unit is there. `request` is a PDU, at least its function code."""
        unit = self._units.get(number)
        if unit is None:
            return None
        elapsed_ms = round((self._clock.monotonic_s() - self._started_s) * 1000)
        faults = self._plan.active(self.name, number, elapsed_ms)
        moment = Moment(self._clock.wall_ms(), _status(unit, faults))
        result = _answer(request, unit, moment, faults)
        shown = None
        if result.values:
            status = None if unit.status is None else moment.status
            shown = Shown(moment.at_ms, self.name, number, dict(result.values), status)
        return Response(result.pdu, faults, shown)

    def broadcast(self, request: bytes) -> None:
        """Every unit obeys, none answers (unit number 0 on a serial line)."""
        for number in self._units:
            self.respond(number, request)

    def sent(self, response: Response) -> None:
        """To be called before the answer leaves: whoever has the value finds it in the truth."""
        if response.shown is not None:
            self._truth.write(response.shown)


def _status(unit: Unit, faults: tuple[Fault, ...]) -> int:
    codes = [fault.code for fault in faults if fault.kind.shows_in_status]
    if codes:
        return codes[-1]
    return 0 if unit.status is None else unit.status.measuring


def _answer(request: bytes, unit: Unit, moment: Moment, faults: tuple[Fault, ...]) -> Answer:
    refusals = [fault.code for fault in faults if fault.kind is FaultKind.EXCEPTION]
    if refusals:
        return Answer(exception(request[0], refusals[-1]))
    return answer(request, unit, moment)
