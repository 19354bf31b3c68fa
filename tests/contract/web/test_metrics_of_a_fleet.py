"""Fifty stations at Debian's Prometheus, found by a list: what the rules make of them."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.prometheus import running_prometheus
from tests.support.told_metrics import told_metrics

FLEET = Path(__file__).parents[3] / "config" / "fleet"
STATIONS = 50
SILENT, STOPPED, REJECTED, STANDING = 7, 13, 21, 34
WITHIN_S = 60.0


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a station tells that runs and delivers, whatever lies behind it."""
    return told_metrics(tmp_path_factory.mktemp("station"))


def test_of_fifty_stations_those_are_told_of_that_are_not_well(told: str, tmp_path: Path) -> None:
    names = [f"NUO{number:03}" for number in range(STATIONS)]
    with _stations([partial(_of, told, number, name) for number, name in enumerate(names)]) as ports:
        listed = [{"targets": [f"127.0.0.1:{port}"]} for port in ports]
        (tmp_path / "stations.json").write_text(json.dumps(listed), "utf-8")
        scrape = (
            f"    file_sd_configs: [{{files: [{tmp_path / 'stations.json'}]}}]\nrule_files: [{FLEET / 'alerts.yaml'}]\n"
        )
        with running_prometheus(tmp_path / "prometheus", scrape) as prometheus:
            assert prometheus.wait_for(f"count(up == 1) == {STATIONS - 1}", WITHIN_S)
            assert prometheus.wait_for(f"count(station_gateway_station_info) == {STATIONS - 1}", WITHIN_S)
            deadline_s = time.monotonic() + WITHIN_S
            while not _as_expected(found := _alerts_by_place(prometheus.ask("alerts")["alerts"], ports)):
                assert time.monotonic() < deadline_s, found
                time.sleep(0.5)


def _as_expected(found: Sequence[frozenset[str]]) -> bool:
    """The same of all that are well, and of each other one its own, too."""
    usual = found[0]
    more = {STOPPED: "StationNotRunning", REJECTED: "StationRejected", STANDING: "StationStandsStill"}
    expected = [usual | {more[number]} if number in more else usual for number in range(STATIONS)]
    expected[SILENT] = frozenset({"StationUnreachable"})
    return list(found) == expected and not usual & {*more.values(), "StationUnreachable"}


def _alerts_by_place(alerts: Sequence[Mapping[str, Any]], ports: Sequence[int]) -> list[frozenset[str]]:
    """By station: what is told of it, or will be once it has lasted as long as the rule says."""
    labels = [one["labels"] for one in alerts]
    by_instance = [f"127.0.0.1:{port}" for port in ports]
    return [frozenset(one["alertname"] for one in labels if one["instance"] == instance) for instance in by_instance]


def _of(told: str, number: int, name: str) -> str | None:
    """What the station tells just now; `None`: nothing, it does not answer."""
    if number == SILENT:
        return None
    now_s = time.time()
    newest_s = now_s - (7200 if number == STANDING else 10)
    told = re.sub(r"^(\w+_time_seconds(?:{.*})?) .*$", rf"\1 {now_s}", told, flags=re.MULTILINE)
    told = _set(told, "station_gateway_newest_slot_time_seconds", newest_s)
    told = _set(told, "station_gateway_running", number != STOPPED)
    rejected = r'station_gateway_destination_state{destination="so-tnmt",state="rejected"}'
    return _set(told, rejected, number == REJECTED).replace("NUO001", name)


def _set(told: str, name: str, value: float) -> str:
    changed, count = re.subn(rf"^{re.escape(name)} .*$", f"{name} {float(value)}", told, flags=re.MULTILINE)
    assert count == 1, name
    return changed


@contextmanager
def _stations(told: Sequence[Callable[[], str | None]]) -> Iterator[list[int]]:
    """Each at a port of its own."""
    servers = [_server(one) for one in told]
    for one in servers:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    try:
        yield [one.server_port for one in servers]
    finally:
        for one in servers:
            one.shutdown()
            one.server_close()


def _server(told: Callable[[], str | None]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if (text := told()) is None:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test's output is its own."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
