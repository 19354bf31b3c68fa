"""Each reason for which a reading is not 00, from a device that answers bytes written out by hand to what `gateway
status` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.config import load
from gateway.core.interfaces import Instant
from gateway.core.reason import Cause, Reason
from gateway.db.board import Board
from gateway.instruments.registry import build_pollers
from gateway.readings.calibrations import CalibrationStore
from gateway.readings.parameter_board import ParameterBoard
from gateway.readings.recorder import Recorder
from gateway.readings.unstamped import UnstampedStore
from gateway.reports.status import collect
from gateway.reports.status_json import to_json
from gateway.runtime.clock import boot_id
from tests.contract.instruments.links import RealClock
from tests.contract.instruments.test_registry import live
from tests.contract.instruments.text_devices import DUSTMETER, Device, instrument, plugged
from tests.support.journey import SLOT_MS, Journey
from tests.support.modbus_server.scripted import Say, scripted_tcp

WELL = bytes.fromhex("04 40e6b852")
ANSWERS: dict[tuple[int, int], bytes] = {
    # (unit, first register): what follows the function code; of exceptions, with it
    (1, 0): WELL,
    (2, 0): WELL,
    (2, 100): bytes.fromhex("02 0002"),
    (3, 0): WELL,
    (3, 100): bytes.fromhex("02 0001"),
    (5, 0): bytes.fromhex("83 02"),
    (6, 0): bytes.fromhex("02 40e6"),
    (7, 0): bytes.fromhex("04 7fc00000"),
    (8, 0): bytes.fromhex("02 0177"),
    (9, 0): bytes.fromhex("02 ffff"),
    (10, 0): bytes.fromhex("08 7fe1ccf385ebc8a0"),
    (11, 0): WELL,
    (11, 50): bytes.fromhex("02 0001"),
    (12, 0): bytes.fromhex("02 12a4"),
    (13, 0): WELL,
    (14, 0): WELL,
    (15, 0): WELL,
    (16, 0): WELL,
    (16, 100): bytes.fromhex("83 02"),
    (17, 0): WELL,
    (17, 300): bytes.fromhex("83 02"),
    (18, 0): WELL,
    (19, 0): WELL,
    (19, 100): bytes.fromhex("02 0018"),
    (20, 0): WELL,
}
"""7.21 as float32 is 40e6b852; unit 4 says nothing, unit 20 nothing of register 300."""
FLOAT = 'register: "holding:0", type: float32'
WORD = 'register: "holding:0", type: uint16'
INSTRUMENTS = [
    (1, "", FLOAT),
    (2, 'status: {register: "holding:100", type: uint16, fault: [2]}', FLOAT),
    (3, 'status: {register: "holding:100", type: uint16, calibrating: [1]}', FLOAT),
    (4, "", FLOAT),
    (5, "", FLOAT),
    (6, "", FLOAT),
    (7, "", FLOAT),
    (8, "", WORD + ", from_current: {raw: [819, 4095], current: [4, 20], value: [0, 100]}"),
    (9, "", WORD + ", invalid: [65535]"),
    (10, "", 'register: "holding:0", type: float64, scale: 1000'),
    (11, 'identity: {register: "holding:50", type: uint16, equals: 4711}', FLOAT),
    (12, "", 'register: "holding:0", type: bcd16'),
    (13, 'status: [{schedule: "00:00-12:00"}, {schedule: "12:00-24:00"}]', FLOAT),
    (14, "hold: 10min", FLOAT),
    (15, "warm_up: 10min", FLOAT),
    (16, 'status: {register: "holding:100", type: uint16, fault: [2]}', FLOAT),
    (18, "", FLOAT),
    (19, 'status: {register: "holding:100", type: uint16, fault_bits: [3, 4]}', FLOAT),
]
EXPECTED: dict[str, tuple[str, str, str | None]] = {
    # status, cause, what the detail has to name
    "S2": ("02", "device-fault", "status holding:100 is 2"),
    "S3": ("01", "calibrating", "status holding:100 is 1"),
    "S4": ("02", "silent", "unit 4 did not answer"),
    "S5": ("02", "refused", "illegal data address"),
    "S6": ("02", "garbled", "unit 6"),
    "S7": ("02", "no-number", "7fc0 0000: NaN"),
    "S8": ("02", "electrical", "1.83 mA, below 3.6 mA"),
    "S9": ("02", "invalid", "65535"),
    "S10": ("02", "overflow", "beyond any number"),
    "S11": ("02", "wrong-device", "4711"),
    "S12": ("02", "no-number", "12a4"),
    "S13": ("01", "schedule", ":00"),
    "S14": ("01", "hold", "600 s"),
    "S15": ("01", "warm-up", "600 s"),
    "S16": ("02", "unknown-status", "illegal data address"),
    "S17b": ("02", "refused", "illegal data address"),
    "S20b": ("02", "silent", "unit 20 did not answer"),
    "S18": ("01", "declared", "an: buffer 7.00"),
    "S19": ("02", "device-fault", "bit 3, 4"),
    "S99": ("02", "link-down", "cannot connect"),
}

HEAD = """
station: {{name: Example, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {storage}, readings: 90d, records: 1100d}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1, port: {port}, timeout: 100ms}}
  dead: {{type: modbus-tcp, host: 127.0.0.1, port: 1, timeout: 100ms}}
instruments:
  - {{name: d99, link: dead, unit: 1, poll: 5s, parameters: [{{symbol: S99, unit: "-", custom: true, {value}}}]}}
  - name: d17
    link: plc
    unit: 17
    poll: 5s
    parameters:
      - {{symbol: S17a, unit: "-", custom: true, {value}, range: [8, 9]}}
      - {{symbol: S17b, unit: "-", custom: true, register: "holding:300", type: uint16}}
  - name: d20
    link: plc
    unit: 20
    poll: 5s
    parameters:
      - {{symbol: S20a, unit: "-", custom: true, {value}}}
      - {{symbol: S20b, unit: "-", custom: true, register: "holding:300", type: uint16}}
"""


def device(piece: bytes, say: Say) -> bool:
    """Modbus TCP, one question at a time: header of seven bytes, function, first register, count."""
    unit, first = piece[6], int.from_bytes(piece[8:10], "big")
    answer = ANSWERS.get((unit, first))
    if answer is not None:
        pdu = answer if answer[0] & 0x80 else bytes([piece[7]]) + answer
        say(piece[:4] + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit]) + pdu)
    return True


@dataclass(slots=True)
class Vouching:
    """The machine's clock is right."""

    boot_id: str

    def is_trusted(self, _now: Instant) -> bool:
        return True

    def stamp_ms(self, mono_s: float) -> int | None:
        now = RealClock().now()
        return now.wall_ms - round((now.mono_s - mono_s) * 1000)

    def wants_authority_time(self) -> bool:
        return False

    def authority_said(self, destination: str, said: object) -> None: ...


@pytest.fixture(scope="module")
def status(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What programs are told after a poll of everything."""
    folder = tmp_path_factory.mktemp("reasons")
    with ExitStack() as stack:
        port = stack.enter_context(scripted_tcp(device))
        text = HEAD.format(storage=folder, port=port, value=FLOAT)
        for unit, more, value in INSTRUMENTS:
            text += f"  - name: d{unit}\n    link: plc\n    unit: {unit}\n    poll: 5s\n"
            text += f"    {more}\n" if more else ""
            text += f'    parameters: [{{symbol: S{unit}, unit: "-", custom: true, {value}}}]\n'
        file = folder / "gateway.yaml"
        file.write_text(text, encoding="utf-8")
        configuration = load(file)
        journey, clock, trust = Journey(folder), RealClock(), Vouching(boot_id())
        stack.callback(journey.database.close)
        calibrations = CalibrationStore(journey.database)
        calibrations.begin(["S18"], None, "buffer 7.00", "an", clock.now().wall_ms - 1000)
        parameter_board = ParameterBoard(journey.database, journey.readings, SLOT_MS, configuration.station.zone)
        unstamped = UnstampedStore(journey.database, journey.readings, trust.boot_id, SLOT_MS)
        periods_ms = {one.name: 5000 for one in configuration.instruments}
        recorder = Recorder(
            journey.readings, unstamped, trust, periods_ms, SLOT_MS, 2000, {}, calibrations, parameter_board
        )
        board = Board(journey.database)
        for poller in build_pollers(configuration, clock, recorder, board):
            stack.callback(poller.close)
            live(poller, clock, 1.2 if poller.name == "link-plc" else 0.2)
        recorder.finish()
        board.step(clock.now())
        yield to_json(collect(configuration, journey.database, clock.now()))


@pytest.mark.parametrize("symbol", EXPECTED)
def test_status_says_why(status: dict[str, Any], symbol: str) -> None:
    wanted, cause, named = EXPECTED[symbol]
    shown = {one["symbol"]: one for one in status["parameters"]}[symbol]
    assert (shown["status"], shown["reason"]["cause"]) == (wanted, cause)
    assert named is None or named in shown["reason"]["detail"]
    assert shown["reason"]["since"] is not None
    assert shown["reason"]["times"] >= 1


def test_every_cause_that_a_reading_can_have_is_tried(status: dict[str, Any]) -> None:
    tried = {cause for _, cause, _ in EXPECTED.values()}
    elsewhere = {Cause.REFUSED_TEXT, Cause.NO_RESULT, Cause.DOUBTFUL_TOTAL, Cause.NOT_READ, Cause.INPUT}
    assert tried | elsewhere >= {cause.value for cause in Cause}


def test_what_is_well_has_no_reason_and_its_range_is_looked_at(status: dict[str, Any]) -> None:
    shown = {one["symbol"]: one for one in status["parameters"]}
    well = shown["S1"]
    assert (well["status"], well["reason"], well["in_range"]) == ("00", None, None)
    assert well["last_good"]["value"] == pytest.approx(7.21)
    assert (shown["S17a"]["status"], shown["S17a"]["in_range"]) == ("00", False)
    assert shown["S20a"]["status"] == "00"


@pytest.mark.parametrize(
    ("name", "state", "named"),
    [
        ("d1", "answering", None),
        ("d2", "answering", "device-fault: status holding:100 is 2"),
        ("d4", "silent", "unit 4 did not answer"),
        ("d5", "refused", "illegal data address"),
        ("d6", "garbled", "unit 6"),
        ("d11", "wrong-device", "4711"),
        ("d99", "silent", "cannot connect"),
    ],
)
def test_status_says_how_each_instrument_fares(
    status: dict[str, Any], name: str, state: str, named: str | None
) -> None:
    shown = {one["name"]: one for one in status["instruments"]}[name]
    assert shown["state"] == state
    assert (shown["failures"] > 0) is (state != "answering")
    assert shown["since"] is not None
    assert shown["reason"] is None if named is None else named in shown["reason"]


@pytest.mark.parametrize(
    ("answer", "cause", "detail"),
    [
        (b"PM=----;ST=0\r\n", Cause.REFUSED_TEXT, "'----' is no number"),
        (b"PM=12.5;ST=2\r\n", Cause.DEVICE_FAULT, "status is '2'"),
        (b"PM=12.5;ST=1\r\n", Cause.CALIBRATING, "status is '1'"),
        (b"PM=999;ST=0\r\n", Cause.INVALID, "'999' is a code in invalid"),
    ],
)
def test_a_line_says_why(answer: bytes, cause: Cause, detail: str) -> None:
    described = {**DUSTMETER, "ascii": {"request": "R\r", "response": r"PM=(?P<PM>[^;]+);ST=(?P<status>\d)"}}
    described["parameters"] = [{"symbol": "PM", "unit": "mg/Nm3", "invalid": [999]}]
    with plugged("tcp", Device([[answer]]).hear) as link:
        assert instrument(described, link).read().reasons == (Reason(cause, detail),)
