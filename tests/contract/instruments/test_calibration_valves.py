"""Valves behind a device whose bytes are written out by hand: one that does not obey, one that shows the opposite, one
whose answer is lost while it switches. Seconds pass by a clock in the test's hand; the wire is real."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.calibrations.results import CalibrationResults
from gateway.calibrations.runs import CalibrationRuns, RunState, RunWish
from gateway.calibrations.sequence import CalibrationSequence
from gateway.core.reading import Status
from gateway.db import Database, open_database
from gateway.instruments.calibration_hold import CalibrationHold, HeldInstrument
from gateway.instruments.register_command import RegisterCommands, RegisterCommandTask
from gateway.readings.calibrations import CalibrationStore
from tests.contract.instruments.links import tcp
from tests.support.clock import FakeClock
from tests.support.modbus_server.scripted import Say, scripted_tcp
from tests.support.trust import FakeTrust
from tests.unit.calibrations.analyser import SPAN, STACK, ZERO, Analyser, plan


class Device:
    """Coils 10 and 11 by function 5 and 1, as the specification writes the frames."""

    def __init__(self) -> None:
        self.coils = {ZERO: 0, SPAN: 0}
        self.opened: list[int] = []
        self.obeys, self.is_inverted, self.loses_answers = True, False, False
        self.goes_deaf = False
        """Whether its answers are lost from the first opening on."""

    def __call__(self, request: bytes, say: Say) -> bool:
        head, unit, function = request[:4], request[6:7], request[7]
        address, value = struct.unpack(">HH", request[8:12])
        if function == 5:
            if value == 0xFF00:
                self.opened.append(address)
                self.loses_answers = self.goes_deaf
            if self.obeys:
                self.coils[address] = int(value == 0xFF00)
            if not self.loses_answers:
                say(head + b"\x00\x06" + unit + request[7:12])
        elif function == 1 and not self.loses_answers:
            say(head + b"\x00\x04" + unit + bytes([1, 1, self.coils[address] ^ self.is_inverted]))
        return True


class Bench:
    """A sequence at the device, second by second."""

    def __init__(self, database: Database, device: Device, port: int) -> None:
        self.device, self.clock = device, FakeClock()
        self.link, self.commands, self.hold = tcp(port), RegisterCommands(), CalibrationHold()
        self.task = RegisterCommandTask(self.commands, self.link)
        trust = FakeTrust(self.clock.wall_ms - round(self.clock.mono_s * 1000))
        self.runs = CalibrationRuns(database)
        stores = self.runs, CalibrationResults(database), CalibrationStore(database)
        self.sequence = CalibrationSequence(plan(), self.hold, self.commands, *stores, trust)
        self.analyser = Analyser(coils=device.coils)
        self.held = HeldInstrument(self.analyser, self.hold)

    def live(self, seconds: int) -> None:
        for _ in range(seconds):
            self.sequence.step(self.clock.now())
            self.task.step(self.clock.now(), lambda: True)
            said = self.held.read()
            assert said.values == (STACK,) or said.statuses[0] is not Status.MEASURING
            self.clock.advance(1.0)

    def run(self) -> int:
        return self.runs.ask("rack", RunWish.SEQUENCE, "weekly", "Lan", self.clock.wall_ms)

    def state(self, number: int) -> RunState:
        found = self.runs.find(number)
        assert found is not None
        return found.state


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    device = Device()
    with closing(open_database(tmp_path / "gateway.db")) as database, scripted_tcp(device) as port:
        made = Bench(database, device, port)
        made.live(5)
        yield made
        made.link.close()


def test_each_valve_is_opened_once_and_closed(bench: Bench) -> None:
    number = bench.run()
    bench.live(110)
    assert bench.state(number) is RunState.DONE
    assert (bench.device.opened, bench.device.coils) == ([ZERO, SPAN], {ZERO: 0, SPAN: 0})


def test_a_valve_that_does_not_obey(bench: Bench) -> None:
    bench.device.obeys = False
    number = bench.run()
    bench.live(60)
    assert bench.state(number) is RunState.FAILED
    assert bench.device.opened == [ZERO]


def test_a_valve_that_shows_the_opposite(bench: Bench) -> None:
    bench.device.is_inverted = True
    number = bench.run()
    bench.live(15)
    assert bench.state(number) is RunState.REFUSED
    assert bench.device.opened == []
    assert bench.hold.state is not None


def test_answers_that_are_lost_while_it_switches(bench: Bench) -> None:
    number = bench.run()
    bench.device.goes_deaf = True
    while not bench.device.opened:
        bench.live(1)
    bench.live(10)
    assert bench.hold.state is not None
    assert bench.hold.state[0] is Status.FAULT  # it was told to close, and nobody knows whether it did
    bench.device.loses_answers = False
    bench.live(80)
    assert bench.state(number) is RunState.FAILED
    assert (bench.device.opened, bench.device.coils) == ([ZERO], {ZERO: 0, SPAN: 0})
    assert bench.hold.state is None
