"""A ready instrument's file that changed under the running gateway is told; nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.audit.runs import Run
from gateway.config import Configuration, load
from gateway.config.profiles.in_force import from_json, to_json
from gateway.reports.profiles import profile_statuses
from gateway.reports.profiles import to_json as status_to_json

STATION = """\
station: {name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}
links: {bus: {type: modbus-tcp, host: 192.168.1.10}}
instruments: [{name: ozone, link: bus, unit: 3, profile: teledyne-t400}]
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "gateway.yaml"
    file.write_text(STATION, encoding="utf-8")
    return load(file, {})


def test_what_a_run_took_is_kept_and_read_again(configuration: Configuration) -> None:
    kept = to_json(configuration.profiles)
    assert from_json(kept) == {"teledyne-t400": (1, configuration.profiles[0].digest)}
    assert to_json(()) is None


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"a": 1}', '{"a": [1]}', '{"a": ["x", 2]}', "7"])
def test_what_cannot_be_read_is_not_known(text: str | None) -> None:
    assert from_json(text) == {}


def test_a_file_that_is_as_it_was_is_not_mentioned(configuration: Configuration) -> None:
    run = Run(0, None, "1", to_json(configuration.profiles))
    (status,) = profile_statuses(configuration, run, is_running=True)
    assert not status.has_changed


def test_a_file_that_changed_under_the_running_gateway_is_told(configuration: Configuration) -> None:
    run = Run(0, None, "1", '{"teledyne-t400": [1, "' + "ab" * 32 + '"]}')
    (status,) = profile_statuses(configuration, run, is_running=True)
    assert status.has_changed
    assert "what runs is version 1 (sha256 abababababab), the file is version 1" in status.words
    assert status_to_json(status)["running_sha256"] == "ab" * 32


@pytest.mark.parametrize(
    ("run", "is_running"),
    [(None, False), (Run(0, None, "1", '{"teledyne-t400": [1, "ab"]}'), False), (Run(0, None, "1"), True)],
)
def test_where_nobody_knows_what_runs_nothing_has_changed(
    configuration: Configuration, run: Run | None, is_running: bool
) -> None:
    (status,) = profile_statuses(configuration, run, is_running=is_running)
    assert not status.has_changed
