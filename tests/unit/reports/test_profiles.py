"""A ready instrument's file that changed under the running gateway is told; nothing else is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit.configurations import adopt, profiles_in_force
from gateway.config import Configuration, load
from gateway.db import open_database
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


def test_what_runs_is_what_was_taken_over_last(configuration: Configuration, tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "gateway.db")) as database:
        assert profiles_in_force(database) == {}
        adopt(database, configuration.source, configuration.taken, configuration.file, 1)
        assert profiles_in_force(database) == {"teledyne-t400": (1, configuration.profiles[0].digest)}
        other = replace(configuration.profiles[0], version=2, digest="ab" * 32)
        adopt(database, configuration.source, [other], configuration.file, 2)
        assert profiles_in_force(database) == {"teledyne-t400": (2, "ab" * 32)}
        adopt(database, configuration.source, [], configuration.file, 3)
        assert profiles_in_force(database) == {}


def test_a_file_that_is_as_it_was_is_not_mentioned(configuration: Configuration) -> None:
    in_force = {one.name: (one.version, one.digest) for one in configuration.profiles}
    (status,) = profile_statuses(configuration, in_force, is_running=True)
    assert not status.has_changed


def test_a_file_that_changed_under_the_running_gateway_is_told(configuration: Configuration) -> None:
    (status,) = profile_statuses(configuration, {"teledyne-t400": (1, "ab" * 32)}, is_running=True)
    assert status.has_changed
    assert "what runs is version 1 (sha256 abababababab), the file is version 1" in status.words
    assert status_to_json(status)["running_sha256"] == "ab" * 32


@pytest.mark.parametrize(("in_force", "is_running"), [({"teledyne-t400": (1, "ab")}, False), ({}, True)])
def test_where_nobody_knows_what_runs_nothing_has_changed(
    configuration: Configuration, in_force: dict[str, tuple[int, str]], is_running: bool
) -> None:
    (status,) = profile_statuses(configuration, in_force, is_running=is_running)
    assert not status.has_changed
