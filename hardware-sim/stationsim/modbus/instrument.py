"""One simulated Modbus instrument: its units and the faults that befall it. It answers PDUs, whatever brings them."""

from collections.abc import Mapping
from dataclasses import dataclass

from stationsim.condition import Condition, Moment
from stationsim.faults import Fault, FaultKind
from stationsim.modbus.pdu import DEVICE_FAILURE, Answer, answer, exception
from stationsim.modbus.unit import Unit
from stationsim.truth import Shown, with_faults


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with the faults that hold while it is sent, and what is to be told of it."""

    pdu: bytes
    faults: tuple[Fault, ...]
    shown: Shown | None


class Instrument:
    def __init__(self, name: str, units: Mapping[int, Unit], condition: Condition) -> None:
        self.name = name
        self._units = dict(units)
        self._condition = condition

    def respond(self, number: int, request: bytes) -> Response | None:
        """None when no such unit is there. `request` is a PDU, at least its function code."""
        unit = self._units.get(number)
        if unit is None:
            return None
        moment = self._condition.now(number)
        result = _answer(request, unit, moment)
        shown = Shown(moment.at_ms, self.name, number, dict(result.values), unit.status(moment), result.sample)
        return Response(result.pdu, moment.faults, with_faults(shown, moment.faults))

    def broadcast(self, request: bytes) -> list[Response]:
        """Every unit obeys, none answers (unit number 0 on a serial line)."""
        return [response for number in self._units if (response := self.respond(number, request))]


def _answer(request: bytes, unit: Unit, moment: Moment) -> Answer:
    refusal = moment.last(FaultKind.EXCEPTION)
    if refusal is not None:
        return Answer(exception(request[0], DEVICE_FAILURE if refusal.code is None else refusal.code))
    return answer(request, unit, moment)
