"""What the status shows of conversions, formulas, findings and limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.audit.events import EventStore
from gateway.audit.record_watch import RecordWatch
from gateway.config import Configuration, load
from gateway.core.averaging import Average
from gateway.core.derivation import derive
from gateway.core.reading import Parameter, Readings, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.readings.packing import Row
from gateway.readings.store import Block, Layout
from gateway.reports.status import collect
from gateway.reports.status_json import to_json
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey, at, measured

YAML = """
station: {{name: Ống khói, province: HN, facility: ABCD, code: KHI001, kind: emission}}
storage: {{path: {storage}}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1}}}}
instruments:
  - name: rack
    link: plc
    poll: 5s
    parameters:
      - symbol: NO
        unit: mg/Nm3
        register: "holding:0"
        type: float32
        convert: {{ppm: true, oxygen: {{reference: 6, measured: O2}}}}
        limit: {{max: 100}}
      - {{symbol: O2, unit: "%V", register: "holding:2", type: float32}}
computed:
  - {{symbol: NOx, unit: mg/Nm3, formula: NO * 1.5333, decimals: 1}}
"""
NO_PPM, O2 = Parameter("NO", "ppm"), Parameter("O2", "%V")


@pytest.fixture
def stack(tmp_path: Path) -> tuple[Configuration, Journey]:
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML.format(storage=tmp_path), encoding="utf-8")
    return load(file, {}), Journey(tmp_path)


def parameters(stack: tuple[Configuration, Journey], now_ms: int) -> dict[str, dict[str, Any]]:
    configuration, journey = stack
    shown = to_json(collect(configuration, journey.database, at(now_ms)))["parameters"]
    return {one["symbol"]: one for one in shown}


def test_the_converted_value_with_the_measured_one_beside_it(stack: tuple[Configuration, Journey]) -> None:
    """100 ppm NO at 8 % O2 referred to 6 %: 141.7509 mg/Nm3."""
    slot = Slot(MIDNIGHT_MS + SLOT_MS, SLOT_MS)
    row = Row(MIDNIGHT_MS + 1000, Readings.of([measured(100.0), measured(8.0)]))
    stack[1].readings.add([Block(Layout("rack", 5000, (NO_PPM, O2)), slot, (row,))])
    shown = parameters(stack, MIDNIGHT_MS + 2000)
    assert list(shown) == ["NO", "O2", "NOx"]
    assert shown["NO"]["value"] == pytest.approx(141.7509, abs=1e-4)
    assert (shown["NO"]["unit"], shown["NO"]["measured"]) == ("mg/Nm3", {"value": 100.0, "unit": "ppm"})
    assert (shown["O2"]["measured"], shown["O2"]["instrument"]) == (None, "rack")
    assert shown["NOx"]["value"] == pytest.approx(141.7509 * 1.5333, abs=1e-3)
    assert (shown["NOx"]["instrument"], shown["NOx"]["status"]) == (None, "00")


def test_what_was_never_read_is_no_fault_but_what_needs_it_cannot_be_told(stack: tuple[Configuration, Journey]) -> None:
    shown = parameters(stack, MIDNIGHT_MS)
    assert (shown["NO"]["value"], shown["NO"]["status"]) == (None, None)
    assert (shown["NOx"]["value"], shown["NOx"]["status"]) == (None, "02")


def test_findings_and_the_level_that_last(stack: tuple[Configuration, Journey]) -> None:
    configuration, journey = stack
    watch = RecordWatch(journey.records, EventStore(journey.database), configuration.finding_rules)
    watch.step(at(MIDNIGHT_MS))
    lines = tuple(Line(one, Average(value, Status.MEASURING, 60, 60)) for one, value in ((NO_PPM, 117.0), (O2, 0.0)))
    told = derive(Record(Slot(MIDNIGHT_MS + SLOT_MS, SLOT_MS), lines), configuration.derivation)
    journey.records.add(told, MIDNIGHT_MS + SLOT_MS)
    watch.step(at(MIDNIGHT_MS + SLOT_MS + 2000))
    shown = parameters(stack, MIDNIGHT_MS + SLOT_MS + 3000)
    assert (shown["O2"]["quality"], shown["O2"]["level"]) == (["zero"], None)
    # 117 × 30.006/24.45 × 14.9/20.9 = 102.37 of 100
    assert (shown["NO"]["quality"], shown["NO"]["level"]) == ([], "exceeded")
