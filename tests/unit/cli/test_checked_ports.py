"""`gateway check` on a machine that cannot ask the switches it should."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from gateway.cli.ports.checked import port_problems
from tests.unit.config.wording import STATION, load_text

SWITCH = """\
ports: [{id: "snmp:192.168.1.2:3", state: locked}]
ports_policy: {snmp: [{host: 192.168.1.2, community: {env: SO_TNMT}}]}
"""


@pytest.mark.parametrize("is_installed", [True, False])
def test_a_library_that_is_missing_is_told_where_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_installed: bool
) -> None:
    with_switch, without = load_text(STATION + SWITCH, tmp_path), load_text(STATION, tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if is_installed else None)
    assert port_problems(without) == []
    told = [str(problem) for problem in port_problems(with_switch)]
    assert bool(told) is not is_installed
    assert all("pip install 'station-gateway[snmp]'" in one for one in told)
