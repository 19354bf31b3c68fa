"""When faults hold, and what they do to an answer."""

from stationsim.addresses import parse_address
from stationsim.encoding import Encoding, ValueType
from stationsim.faults import Fault, FaultKind, FaultPlan
from stationsim.modbus.instrument import Instrument
from stationsim.modbus.unit import Parameter, StatusRegister, Unit
from stationsim.modbus.wire import Sending, sendings
from stationsim.truth import Shown

READ_VALUE = bytes.fromhex("03 00 00 00 01")
READ_STATUS = bytes.fromhex("03 00 01 00 01")


class HeldClock:
    def __init__(self) -> None:
        self.now_s = 50.0

    def wall_ms(self) -> int:
        return round(1_000_000 + self.now_s * 1000)

    def monotonic_s(self) -> float:
        return self.now_s


class Notebook:
    def __init__(self) -> None:
        self.lines: list[Shown] = []

    def write(self, shown: Shown) -> None:
        self.lines.append(shown)


def fault(kind: FaultKind, unit: int | None = None, code: int | None = None) -> Fault:
    return Fault(kind, "plc", unit, 10_000, 20_000, kind.default_code if code is None else code)


def instrument(clock: HeldClock, notebook: Notebook, *faults: Fault) -> Instrument:
    parameter = Parameter("pH", parse_address("holding:0"), Encoding(ValueType.UINT16))
    status = StatusRegister(parse_address("holding:1"))
    units = {number: Unit([parameter], status, lambda *_: 7.0, size=10, strict=False) for number in (1, 2)}
    return Instrument("plc", units, FaultPlan(faults), clock, notebook)


def test_a_fault_holds_from_its_beginning_until_before_its_end_for_its_unit() -> None:
    plan = FaultPlan([fault(FaultKind.SILENT, unit=2)])
    assert [bool(plan.active("plc", 2, at)) for at in (9_999, 10_000, 19_999, 20_000)] == [False, True, True, False]
    assert plan.active("plc", 1, 15_000) == ()
    assert plan.active("bus", 2, 15_000) == ()


def test_status_register_shows_the_code_of_the_fault_and_recovers() -> None:
    clock, notebook = HeldClock(), Notebook()
    plc = instrument(clock, notebook, fault(FaultKind.CALIBRATING, unit=1), fault(FaultKind.FAULT, unit=2, code=7))
    shown = []
    for elapsed_s in (0, 15, 25):
        clock.now_s = 50.0 + elapsed_s
        shown.append([response.pdu[-1] for unit in (1, 2) if (response := plc.respond(unit, READ_STATUS))])
    assert shown == [[0, 0], [1, 7], [0, 0]]


def test_exception_answers_every_function_and_shows_nothing() -> None:
    clock, notebook = HeldClock(), Notebook()
    plc = instrument(clock, notebook, fault(FaultKind.EXCEPTION))
    clock.now_s += 15
    response = plc.respond(1, READ_VALUE)
    assert response is not None
    assert response.pdu.hex(" ") == "83 04"
    assert response.shown is None


def test_silence_sends_nothing_and_a_good_line_sends_the_frame_after_its_time_on_the_wire() -> None:
    assert sendings(b"frame", [fault(FaultKind.SILENT)], wire_time_s=0.1) == ()
    assert sendings(b"frame", [fault(FaultKind.CALIBRATING)], wire_time_s=0.1) == (Sending(0.1, b"frame"),)


def test_truth_has_the_moment_the_exact_value_and_the_status_of_what_was_sent() -> None:
    clock, notebook = HeldClock(), Notebook()
    plc = instrument(clock, notebook, fault(FaultKind.CALIBRATING))
    clock.now_s += 15
    response = plc.respond(2, READ_VALUE)
    assert response is not None
    assert notebook.lines == []  # not before it is sent
    plc.sent(response)
    assert notebook.lines == [Shown(1_065_000, "plc", 2, {"pH": "7"}, 1)]


def test_an_absent_unit_is_absent() -> None:
    assert instrument(HeldClock(), Notebook()).respond(9, READ_VALUE) is None
