"""Metrics as Debian's Prometheus sees them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.core.box_rules import BoxLook, CardWear
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.ports import ViolationKind
from gateway.core.reading import Reading, Status
from gateway.db.board import Component
from gateway.reports.box import BoxReport
from gateway.reports.camera_report import unknown_camera
from gateway.reports.cameras import CamerasReport
from gateway.reports.ports import PortViolation
from gateway.reports.status import StationStatus
from tests.support.servers.prometheus import promtool
from tests.support.told_metrics import told_metrics

FLEET = Path(__file__).parents[3] / "config" / "fleet"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that a station can tell, cameras and ports too."""
    return told_metrics(tmp_path_factory.mktemp("station"), _with_all_that_there_may_be)


def _with_all_that_there_may_be(status: StationStatus) -> StationStatus:
    now_ms, up = status.at_ms, ComponentState.UP
    look = BoxLook(
        None, None, 5_000_000, 41.5, "cpu", False, 4_000_000_000, 2_000_000_000, 0, (CardWear("x", 10, False),)
    )
    return replace(
        status,
        cameras=CamerasReport(now_ms, True, (replace(unknown_camera("outlet"), newest_ms=now_ms, share_kept=1.0),)),
        violations=(PortViolation("usb:1-1", ViolationKind.UNDECLARED_DEVICE, now_ms, "a stick"),),
        box=BoxReport(look, ()),
        days_left=400.0,
        clock=replace(status.clock, offset_ms=12),
        links=(("plc", Component(ComponentKind.LINK, "plc", up, now_ms)),),
        instruments=tuple(
            replace(one, component=Component(ComponentKind.INSTRUMENT, one.name, up, now_ms), last_good_ms=now_ms)
            for one in status.instruments
        ),
        parameters=tuple(
            replace(one, reading=Reading(7.0, Status.MEASURING), at_ms=now_ms) for one in status.parameters
        ),
    )


def test_promtool_finds_nothing_in_all_that_can_be_told(told: str) -> None:
    checked = promtool("check", "metrics", given=told)
    assert (checked.returncode, checked.stderr, checked.stdout) == (0, "", "")


def test_the_fleets_rules_are_sound_and_fire_when_they_should() -> None:
    for command in (("check", "rules", str(FLEET / "alerts.yaml")), ("test", "rules", str(FLEET / "alerts-test.yaml"))):
        checked = promtool(*command)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    rules = (FLEET / "alerts.yaml").read_text("utf-8")
    tests = (FLEET / "alerts-test.yaml").read_text("utf-8")
    alerts = re.findall(r"- alert: (\w+)", rules)
    assert [one for one in alerts if f"alertname: {one}\n" not in tests] == []


def test_rules_and_dashboard_ask_for_metrics_that_there_are(told: str, tmp_path: Path) -> None:
    """And for labels that they have; what the dashboard asks is PromQL."""
    names = {*re.findall(r"^# TYPE (\S+) ", told, re.MULTILINE)}
    names |= {f"station_gateway_delivery_delay_seconds_{part}" for part in ("bucket", "sum", "count")}
    dashboard = json.loads((FLEET / "grafana-stations.json").read_text("utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = (FLEET / "alerts.yaml").read_text("utf-8")
    for text in (*asked, rules):
        assert set(re.findall(r"station_gateway_\w+", text)) <= names
        for label in re.findall(r"\$labels\.(\w+)", text):
            assert label in ("instance", "station") or f'{label}="' in told, label
    written = "".join(
        f"      - record: asked:{number}\n        expr: {json.dumps(expression)}\n"
        for number, expression in enumerate(one.replace("$__rate_interval", "5m") for one in asked)
    ).replace("asked:", "asked:n")
    file = tmp_path / "asked.yaml"
    file.write_text(f"groups:\n  - name: asked\n    rules:\n{written}", "utf-8")
    checked = promtool("check", "rules", str(file))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_fleets_scrape_job_is_sound(tmp_path: Path) -> None:
    for name in ("prometheus.yml", "alerts.yaml"):
        (tmp_path / name).write_bytes((FLEET / name).read_bytes())
    for name in ("stations.token", "stations.pem"):
        (tmp_path / name).touch()
    checked = promtool("check", "config", str(tmp_path / "prometheus.yml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr
