"""Two stations in one box: what they share and must not is told by `gateway check`, of either of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.load import load
from gateway.config.other_stations import shared_with_others

STATION = """\
station: {name: Trạm thử, province: HN, facility: TEST, code: TST00%(number)s, kind: ambient_air}
clock: {trust: assume}
links: {bus: {type: modbus-rtu, device: %(device)s}}
instruments: [{name: ozone, link: bus, unit: 3, profile: teledyne-t400}]
storage: {path: %(storage)s}
web: {listen: "%(listen)s", storage: %(page)s}
"""
FIRST = {"number": 1, "device": "/dev/ttyS1", "storage": "/var/lib/one", "listen": "0.0.0.0:8080", "page": "/var/lib/w"}
SECOND = {"number": 2, "device": "/dev/ttyS2", "storage": "/var/lib/two", "listen": "127.0.0.1:8081", "page": "/var/p"}


def told(folder: Path, **changed: str) -> list[str]:
    for name, content in (("station-gateway", FIRST), ("station-gateway-two", {**SECOND, **changed})):
        (folder / name).mkdir()
        (folder / name / "gateway.yaml").write_text(STATION % content, "utf-8")
    return [problem.path for problem in shared_with_others(load(folder / "station-gateway-two/gateway.yaml"))]


def test_two_stations_that_share_nothing(tmp_path: Path) -> None:
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"storage": "/var/lib/one"}, "storage.path"),
        ({"page": "/var/lib/w"}, "web.storage"),
        ({"listen": "127.0.0.1:8080"}, "web.listen"),
        ({"device": "/dev/ttyS1"}, "links.bus.device"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_both_use_is_told(tmp_path: Path, changed: dict[str, str], path: str) -> None:
    assert told(tmp_path, **changed) == [path]


def test_one_device_has_many_names(tmp_path: Path) -> None:
    (tmp_path / "by-id").symlink_to("/dev/ttyS1")
    assert told(tmp_path, device=str(tmp_path / "by-id")) == ["links.bus.device"]


def test_another_station_that_is_faulty_is_told_when_it_is_checked_itself(tmp_path: Path) -> None:
    (tmp_path / "station-gateway-three").mkdir()
    (tmp_path / "station-gateway-three/gateway.yaml").write_text("station: [")
    assert told(tmp_path) == []


def test_a_file_elsewhere_has_no_neighbours(tmp_path: Path) -> None:
    told(tmp_path, storage="/var/lib/one")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "gateway.yaml").write_text(STATION % FIRST, "utf-8")
    assert list(shared_with_others(load(elsewhere / "gateway.yaml"))) == []
