"""A line that loses one frame in ten, and a device that is busy every third time, are no outage: the figures.

`GATEWAY_LOSSY_SEEDS` says of how many chances, from `GATEWAY_LOSSY_SEED` on.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.config import load
from gateway.core import backoff
from gateway.core.errors import InstrumentError
from gateway.core.reading import Parameter, Reading, Status
from gateway.core.record import Expectation, close
from gateway.core.slot import Slot
from gateway.instruments.modbus.instrument import ModbusInstrument
from gateway.instruments.registry import build_pollers
from tests.contract.instruments.links import RealClock, parameter, rtu, settings
from tests.support.modbus_server.losing import Trouble, busy, device, garbled, lost
from tests.support.modbus_server.scripted import ScriptedSerial
from tests.unit.instruments.station import Notes

QUESTIONS = 8
POLLS = 15
SEEDS = range(
    first := int(os.environ.get("GATEWAY_LOSSY_SEED", "5")), first + int(os.environ.get("GATEWAY_LOSSY_SEEDS", "1"))
)
PERIOD_S = 0.3
POLLS_A_SLOT, SLOTS = (10, 1) if len(SEEDS) == 1 else (30, 3)
"""Few polls a slot are quickly made, and by one chance in a few hundred three of ten bring no value: of the chances of
a campaign one would. In life a slot has sixty."""
SLOT_S = round(POLLS_A_SLOT * PERIOD_S, 3)

TROUBLES = {
    "one answer in ten lost": lost(5),
    "one answer in ten garbled": garbled(1),
    "busy every third time": busy(3),
    "still working every third time": busy(3, 5),
    "every tenth answer lost": lambda number, answer: None if number % 10 == 0 else answer,
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_of_eight_questions_a_poll_nearly_all_bring_their_value(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """95 % at the least; without asking again it would be 90 %, and with all or nothing 43 %."""
    monkeypatch.setattr("gateway.instruments.modbus.poll.BUSY_PAUSE_S", 0.002)
    with ScriptedSerial(device(trouble)) as far:
        link = rtu(far.path, "20ms")
        instrument = ModbusInstrument(settings(*(parameter(f"holding:{100 * n}") for n in range(QUESTIONS))), link)
        values: list[float | None] = []
        for _ in range(POLLS):
            try:
                values += instrument.read().values
            except InstrumentError:
                values += [None] * QUESTIONS
        link.close()
    wanted = [100.0 * place + 1000 for place in range(QUESTIONS)] * POLLS
    assert all(value in (None, true) for value, true in zip(values, wanted, strict=True))
    assert 1 - values.count(None) / len(values) >= 0.95
    assert instrument.learning.is_empty


STATION = """
station: {{name: Example, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
links:
  bus: {{type: modbus-rtu, device: {device}, baudrate: 115200, timeout: 15ms}}
instruments:
  - name: probe
    link: bus
    poll: 300ms
    parameters:
{parameters}
"""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("trouble", [lost, garbled][: len(SEEDS)], ids=["lost", "garbled"][: len(SEEDS)])
def test_the_slots_of_a_lossy_line_are_measured(
    trouble: Callable[[int], Trouble], seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polls as in life, only faster, and so are the pauses after two in a row that nobody answered: three quarters of
    each slot's must have brought a value."""
    in_life_s = 5.0
    faster = tuple(pause_s * PERIOD_S / in_life_s for pause_s in backoff.INSTRUMENT_LADDER_S)
    monkeypatch.setattr(backoff, "INSTRUMENT_LADDER_S", faster)
    lines = [
        f"{{symbol: P{n}, custom: true, unit: '-', register: 'holding:{100 * n}', type: uint16}}" for n in range(8)
    ]
    notes, clock = Notes(), RealClock()
    with ScriptedSerial(device(trouble(seed))) as far:
        file = tmp_path / "gateway.yaml"
        listed = "\n".join(f"      - {line}" for line in lines)
        file.write_text(STATION.format(device=far.path, parameters=listed), encoding="utf-8")
        (poller,) = build_pollers(load(file), clock, notes, notes)
        began_s = clock.now().mono_s
        end_s = began_s + SLOTS * SLOT_S
        while (now := clock.now()).mono_s < end_s:
            time.sleep(max(0.0, min(poller.step(now), end_s) - clock.now().mono_s))
        poller.close()
    readings: dict[int, dict[Parameter, list[Reading]]] = defaultdict(lambda: defaultdict(list))
    for sample in notes.samples:
        for one, reading in zip(sample.parameters, sample.readings, strict=True):
            readings[int((sample.mono_s - began_s) / SLOT_S)][one].append(reading)
    expected = [Expectation(Parameter(f"P{n}", "-"), round(PERIOD_S * 1000)) for n in range(QUESTIONS)]
    record = [close(Slot(0, round(SLOT_S * 1000)), expected, readings[number], 75) for number in range(SLOTS)]
    averages = [line.average for slot in record for line in slot.lines]
    assert {one.status for one in averages} == {Status.MEASURING}
    assert sum(one.readings for one in averages) >= 0.95 * sum(one.expected for one in averages)
