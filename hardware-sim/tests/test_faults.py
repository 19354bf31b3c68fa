"""When faults hold, and what they do to an answer."""

import math
from collections.abc import Iterable

import pytest

from stationsim.addresses import parse_address
from stationsim.condition import Condition, Moment
from stationsim.display import display
from stationsim.encoding import Encoding, ValueType
from stationsim.faults import Fault, FaultKind, FaultPlan
from stationsim.lines.wire import Sending, sendings
from stationsim.modbus.cells import Parameter, StatusRegister
from stationsim.modbus.instrument import Instrument
from stationsim.modbus.unit import Unit
from stationsim.truth import Shown, with_faults

READ_VALUE = bytes.fromhex("03 00 00 00 01")
READ_STATUS = bytes.fromhex("03 00 01 00 01")


class HeldClock:
    def __init__(self) -> None:
        self.now_s = 50.0

    def wall_ms(self) -> int:
        return round(1_000_000 + self.now_s * 1000)

    def monotonic_s(self) -> float:
        return self.now_s


def fault(kind: FaultKind, unit: int | None = None, code: int | None = None) -> Fault:
    return Fault(kind, "plc", unit, 10_000, 20_000, code)


def instrument(clock: HeldClock, *faults: Fault) -> Instrument:
    parameter = Parameter("pH", parse_address("holding:0"), Encoding(ValueType.UINT16), lambda *_: 7.0)
    status = StatusRegister(parse_address("holding:1"))
    units = {number: Unit([parameter], status, size=10, strict=False) for number in (1, 2)}
    return Instrument("plc", units, Condition("plc", FaultPlan(faults), clock))


def test_a_fault_holds_from_its_beginning_until_before_its_end_for_its_unit() -> None:
    plan = FaultPlan([fault(FaultKind.SILENT, unit=2)])
    assert [bool(plan.active("plc", 2, at)) for at in (9_999, 10_000, 19_999, 20_000)] == [False, True, True, False]
    assert plan.active("plc", 1, 15_000) == ()
    assert plan.active("bus", 2, 15_000) == ()


def test_chance_befalls_about_so_many_answers_and_the_same_ones_in_every_run() -> None:
    def befallen_turns(seed: int, unit: int) -> list[int]:
        plan = FaultPlan([Fault(FaultKind.SILENT, "plc", chance=0.1)], seed)
        return [turn for turn in range(4_000) if plan.active("plc", unit, 0, turn)]

    assert 320 < len(befallen_turns(1, 1)) < 480
    assert befallen_turns(1, 1) == befallen_turns(1, 1)
    assert befallen_turns(1, 1) != befallen_turns(2, 1)
    assert befallen_turns(1, 1) != befallen_turns(1, 2)


def test_chance_is_drawn_anew_for_each_answer() -> None:
    plan = FaultPlan([Fault(FaultKind.SILENT, "plc", chance=0.5)], seed=3)
    condition = Condition("plc", plan, HeldClock())
    silent = [bool(condition.now(1).faults) for _ in range(40)]
    assert silent == [bool(plan.active("plc", 1, 0, turn)) for turn in range(1, 41)]
    assert set(silent) == {True, False}


def test_status_register_shows_the_code_of_the_fault_and_recovers() -> None:
    clock = HeldClock()
    plc = instrument(clock, fault(FaultKind.CALIBRATING, unit=1), fault(FaultKind.FAULT, unit=2, code=7))
    shown = []
    for elapsed_s in (0, 15, 25):
        clock.now_s = 50.0 + elapsed_s
        shown.append([response.pdu[-1] for unit in (1, 2) if (response := plc.respond(unit, READ_STATUS))])
    assert shown == [[0, 0], [1, 7], [0, 0]]


def test_exception_answers_every_function_and_shows_nothing() -> None:
    clock = HeldClock()
    plc = instrument(clock, fault(FaultKind.EXCEPTION))
    clock.now_s += 15
    response = plc.respond(1, READ_VALUE)
    assert response is not None
    assert response.pdu.hex(" ") == "83 04"
    assert response.shown == Shown(1_065_000, "plc", 1, {}, 0, fault="exception")


def test_truth_has_the_moment_the_exact_value_and_the_status_of_what_was_sent() -> None:
    clock = HeldClock()
    plc = instrument(clock, fault(FaultKind.CALIBRATING))
    clock.now_s += 15
    response = plc.respond(2, READ_VALUE)
    assert response is not None
    assert response.shown == Shown(1_065_000, "plc", 2, {"pH": "7"}, 1)


def test_an_absent_unit_is_absent() -> None:
    assert instrument(HeldClock()).respond(9, READ_VALUE) is None


FRAME = bytes(range(20))


def sent(*kinds: FaultKind, frame: bytes = FRAME) -> tuple[Sending, ...]:
    return sendings(frame, [fault(kind) for kind in kinds], wire_time_s=0.1)


def test_a_good_line_sends_the_frame_after_its_time_on_the_wire() -> None:
    assert sent() == (Sending(0.1, FRAME),)
    assert sent(FaultKind.CALIBRATING) == (Sending(0.1, FRAME),)
    assert sent(frame=b"") == ()


def test_silence_sends_nothing() -> None:
    assert sent(FaultKind.SILENT, FaultKind.GARBAGE) == ()


def test_half_a_frame_is_its_first_half() -> None:
    assert sent(FaultKind.HALF_FRAME) == (Sending(0.1, FRAME[:10]),)
    assert sent(FaultKind.HALF_FRAME, frame=b"abc") == (Sending(0.1, b"ab"),)


def test_a_late_answer_is_whole_and_late() -> None:
    assert sent(FaultKind.LATE) == (Sending(2.1, FRAME),)
    late = Fault(FaultKind.LATE, "plc", delay_ms=300)
    assert sendings(FRAME, [late]) == (Sending(0.3, FRAME),)


def test_a_slow_answer_dribbles_and_is_whole_in_the_end() -> None:
    pieces = sent(FaultKind.SLOW)
    assert len(pieces) > 4
    assert b"".join(piece.content for piece in pieces) == FRAME
    assert [piece.delay_s for piece in pieces] == sorted(piece.delay_s for piece in pieces)
    assert (pieces[0].delay_s, pieces[-1].delay_s) == (0.1, 1.1)
    assert sent(FaultKind.SLOW, frame=b"x") == (Sending(0.1, b"x"),)


def test_garbage_stands_before_the_frame_or_instead_and_is_the_same_in_every_run() -> None:
    (before,) = sent(FaultKind.GARBAGE)
    assert before.content.endswith(FRAME)
    assert len(before.content) > len(FRAME)
    (only,) = sent(FaultKind.GARBAGE_ONLY)
    assert len(only.content) == len(FRAME)
    assert only.content != FRAME
    assert (sent(FaultKind.GARBAGE), sent(FaultKind.GARBAGE_ONLY)) == ((before,), (only,))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], {"values": {"pH": "7"}, "fault": None}),
        ([FaultKind.SPIKE], {"values": {"pH": "7"}, "fault": None}),  # it was shown so
        ([FaultKind.LATE], {"values": {"pH": "7"}, "fault": "late"}),
        ([FaultKind.BAD_CHECKSUM], {"values": {}, "fault": "bad_checksum"}),
        ([FaultKind.HALF_FRAME, FaultKind.SLOW], {"values": {}, "fault": "half_frame"}),
    ],
)
def test_what_the_truth_tells_of_a_befallen_answer(kinds: Iterable[FaultKind], expected: dict[str, object]) -> None:
    told = with_faults(Shown(1, "plc", 1, {"pH": "7"}), [fault(kind) for kind in kinds])
    assert told is not None
    assert {"values": told.values, "fault": told.fault} == expected


def test_an_answer_without_values_or_faults_is_not_told() -> None:
    assert with_faults(Shown(1, "plc", 1, {}, 0), []) is None
    assert with_faults(Shown(1, "plc", 1, sample=3), []) == Shown(1, "plc", 1, sample=3)


def bent(*faults: Fault, symbol: str = "pH") -> float:
    """Of a signal that is the time in seconds, 100 s after the start, whose wall clock read 1000 s."""
    return display(lambda _, at_ms: at_ms / 1000)(symbol, Moment(1_100_000, 100_000, faults))


def test_quantities_are_bent_as_the_scenario_says() -> None:
    def one(kind: FaultKind, **what: float) -> float:
        return bent(Fault(kind, "plc", start_ms=70_000, by=what.get("by")))

    assert bent() == 1_100
    assert one(FaultKind.FLATLINE) == 1_070  # the value of the moment at which it began
    assert one(FaultKind.SPIKE) == 5_500
    assert one(FaultKind.SPIKE, by=2) == 2_200
    assert one(FaultKind.DRIFT, by=0.2) == pytest.approx(1_210)  # half a minute
    assert one(FaultKind.NEGATIVE) == -1_100
    assert one(FaultKind.ZERO) == 0
    assert math.isclose(bent(Fault(FaultKind.SPIKE, "plc"), Fault(FaultKind.NEGATIVE, "plc")), -5_500)


def test_only_the_symbol_of_the_fault_is_bent() -> None:
    zero = Fault(FaultKind.ZERO, "plc", symbol="COD")
    assert bent(zero) == 1_100
    assert bent(zero, symbol="COD") == 0
