"""What is refused of sensors on an SDI-12 bus."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.config.instruments.sdi12 import Sdi12Device

PH: dict[str, Any] = {"symbol": "pH", "unit": "-", "field": 1}


def sensor(parameter: dict[str, Any], *, status: Any = (), **protocol: Any) -> Sdi12Device:
    section = {"address": "0", **protocol}
    content = {"name": "probe", "link": "bus", "poll": "1min", "sdi12": section, "parameters": [parameter]}
    return Sdi12Device.model_validate({**content, "status": status})


@pytest.mark.parametrize("command", ["M", "M9", "C", "C1", "R0", "R9"])
def test_commands_that_measure(command: str) -> None:
    sensor(PH | {"command": command})


@pytest.mark.parametrize("command", ["A1", "XSET", "MC", "M0", "D0", "R", "R10", "m", "V", "M1!"])
def test_commands_that_do_not(command: str) -> None:
    with pytest.raises(ValidationError, match="is no command that measures"):
        sensor(PH | {"command": command})


@pytest.mark.parametrize("address", ["", "10", "?", "*", "!"])
def test_no_addresses(address: str) -> None:
    with pytest.raises(ValidationError, match="is no address"):
        sensor(PH, address=address)


def test_a_state_comes_from_a_schedule_alone() -> None:
    sensor(PH, status={"schedule": "02:00-02:20"})
    with pytest.raises(ValidationError, match="has no word of SDI-12"):
        sensor(PH, status={})


def test_values_count_from_one() -> None:
    with pytest.raises(ValidationError):
        sensor(PH | {"field": 0})
