"""No test's authority takes a file that the receiver would lose without the test hearing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.live.simulator import SimulatedStation

NAME = "NUO001/2026/01/01/HN_ABCD_NUO001_20260101000010.txt"
SCENARIO = """\
name: one
seed: 1
slot: 10s
station: {province: HN, facility: ABCD, code: NUO001, kind: wastewater}
instruments:
  - name: plc
    type: modbus-tcp
    listen: 127.0.0.1:0
    units: {1: {parameters: {pH: {unit: "-", register: "holding:0", type: float32, signal: {base: 7.2}}}}}
authorities:
  - {name: province, protocols: [ftp], user: a, password: b}
"""
LINE = b"pH\t7.210\t-\t20260101000010\t00\r\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (LINE, None),
        (LINE.replace(b"7.210", b"7,210"), "neither a number with a point"),
        (LINE.replace(b"\r\n", b"\n"), "line ends other than CRLF"),
    ],
)
def test_a_file_that_breaks_a_rule_fails_whichever_test_it_came_from(
    content: bytes, told: str | None, tmp_path: Path
) -> None:
    simulator = SimulatedStation(SCENARIO, tmp_path)
    file = simulator.root("province") / NAME
    file.parent.mkdir(parents=True)
    file.with_suffix(".part").write_bytes(content)
    file.with_suffix(".part").rename(file)
    if told is None:
        simulator.stop()
        assert simulator.scores["province"]["received"] == 1
    else:
        with pytest.raises(AssertionError, match=told):
            simulator.stop()
