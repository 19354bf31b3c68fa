"""What does less than whoever wrote it may think is warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.checks.test_never_used import AT_COD, AT_STATUS, COD, HOST_KEY, METER, PROBE, cod, status
from tests.unit.config.wording import edited, warnings

ODD: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "a_range_wider_than_the_type": (
        [cod("range: [0, 10000]")],
        [f"{AT_COD}.range: its ends are never reached: COD can be 0 to 6553.5"],
    ),
    "a_range_below_zero_of_what_has_no_sign": (
        [cod("range: [-10, 60]")],
        [f"{AT_COD}.range: its ends are never reached: COD can be 0 to 6553.5"],
    ),
    "one_bound_of_two_beyond_the_type": (
        [cod("limit: {min: -1, max: 100}")],
        [f"{AT_COD}.limit.min: -1 is never passed: COD can be 0 to 6553.5"],
    ),
    "a_limit_beyond_the_instruments_range": (
        [cod("range: [0, 500], limit: {max: 600}")],
        [f"{AT_COD}.limit: lies outside what the instrument measures, 0 to 500"],
    ),
    "a_limit_that_cannot_be_seen": (
        [cod("decimals: 0, limit: {max: 0.5}")],
        [f"{AT_COD}.decimals: the limit 0.5 is less than the last of 0 decimals"],
    ),
    "equal_for_less_than_a_slot": (
        [cod("quality: {flatline: 1min}")],
        [f"{AT_COD}.quality.flatline: 1min is shorter than the slot of 5min: two equal values are enough"],
    ),
    "together_equal_for_less_than_a_slot": (
        [(PROBE, PROBE.replace("    parameters", "    frozen: 30s\n    parameters"))],
        [
            "gateway.yaml:15: instruments.probe.frozen: 30s is shorter than the slot of 5min: two equal "
            "values are enough"
        ],
    ),
    "one_code_twice": (
        [status('{register: "holding:9", type: int16, fault: [-1, 0xFFFF]}')],
        [f"{AT_STATUS}.fault: -1 stands twice"],
    ),
    "no_value_twice": (
        [(COD, COD.replace("uint16", "int16, invalid: [0x8000, -32768]"))],
        [f"{AT_COD}.invalid: -32768 stands twice"],
    ),
    "one_day_twice": (
        [status('{schedule: "02:00-02:20", days: [mon, mon]}')],
        [f"{AT_STATUS}.days: mon stands twice"],
    ),
    "a_schedule_within_another_of_the_same_kind": (
        [status('[{schedule: "02:00-03:00"}, {schedule: "02:10-02:20", days: [mon]}]')],
        [
            f"{AT_STATUS}[1].schedule: is a part of the schedules before it",
        ],
    ),
    "no_time_for_measuring": (
        [status('[{schedule: "00:00-12:00"}, {schedule: "12:00-24:00", is: fault}]')],
        [f"{AT_STATUS}[0].schedule: leaves no minute of the week for measuring"],
    ),
    "a_poll_shorter_than_the_time_out": (
        [(METER, METER.replace("10s", "200ms"))],
        [
            "gateway.yaml:20: instruments.flowmeter.poll: 200ms is shorter than the time-out of bus, 500ms: "
            "one answer that does not come costs more than a poll"
        ],
    ),
    "a_wait_that_is_none": (
        [
            (
                "links:",
                "clock: {servers: [a.example, b.example, c.example], trust: assume, give_up: 1h}\nlinks:",
            )
        ],
        [
            "gateway.yaml:8: clock.give_up: is for trust: wait",
            "gateway.yaml:8: clock.trust: is assume: after a power cut slots are closed and sent by a clock "
            "that nobody has vouched for",
        ],
    ),
}


@pytest.mark.parametrize(("edits", "expected"), ODD.values(), ids=ODD)
def test_warns(tmp_path: Path, edits: list[tuple[str, str]], expected: list[str]) -> None:
    found = [warning.partition("; ") for warning in warnings(edited(*edits), tmp_path)]
    assert [wrong for wrong, _, _ in found] == expected
    assert all(right for _, _, right in found)


def test_a_password_beside_a_key_is_never_used(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("x")
    key.chmod(0o600)
    text = edited((HOST_KEY, f"{HOST_KEY}    key: {{file: {key}}}\n"))
    assert any("password: is never used: the key is" in one for one in warnings(text, tmp_path))
