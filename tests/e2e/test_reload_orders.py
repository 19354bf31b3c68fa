"""Transport orders are begun with, changed and ended by `gateway reload`, beside a station that goes on measuring: none
is lost, none is sent twice, and what waits when nobody carries it any more is told until somebody does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import stationsim
from gateway.core.transport_order import OrderState
from stationsim.acts import ask
from tests.support.coach_station import CoachStation, orders_section, verified
from tests.support.live.reloaded import ReloadedStation
from tests.support.live.simulator import SimulatedStation
from tests.support.measuring_station import secret_file, station_file
from tests.support.servers.private import free_port

DESTINATION = """\
url: sftp://nuo001@127.0.0.1:{port}/
password: {{file: {folder}/so.secret}}
host_key: "SHA256:RrWwVn8qgHnVvHnBkTnYxnMTVBJDRbOYnHPsqUQyX3A"
"""
pytestmark = pytest.mark.timeout(900)


class Station(ReloadedStation):
    """A daemon that measures, and the road administration."""

    def __init__(self, folder: Path) -> None:
        scenario = stationsim.scenario("coach-station").read_text("utf-8")
        self.simulator = SimulatedStation(scenario, folder / "simulator")
        self.road, self.port = self.simulator.roads["cuc-dbvn"], free_port()
        within = folder / "gateway"
        (within / "storage").mkdir(parents=True)
        self.section, self.destination = orders_section(within, self.road, self.port)
        secret_file(within / "so.secret")
        port = free_port()
        destination = DESTINATION.format(folder=within, port=port)
        self.plain = station_file(destination, port=port, storage=within / "storage")
        self.carrying = f"{self.plain}{self.destination}{self.section}"
        file = within / "gateway.yaml"
        file.write_text(self.plain, "utf-8")
        self.orders = CoachStation(within, file, self.port)
        super().__init__(folder, file)

    def end(self) -> None:
        self.gateway.stop()
        self.simulator.stop()

    def take(self, text: str, code: int = 0) -> str:
        """Have this taken over. Returns what is said of it beside the outcome."""
        self.configuration.write_text(text, "utf-8")
        done = self.run("reload")
        assert done.returncode == code, done.stdout + done.stderr
        return done.stderr

    def left(self) -> list[str]:
        found = json.loads(self.run("status", "--check", "--json").stdout)
        return [one["text"] for one in found["needs"] if one["kind"] == "orders"]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    station = Station(tmp_path)
    try:
        yield station
    finally:
        station.end()


def test_orders_come_and_go_with_the_configuration(station: Station) -> None:
    orders = station.orders
    orders.move_in()  # before there is anybody to take it: it stays there
    station.take(station.carrying)
    station.wait_until(lambda: station.said().count("orders are taken over HTTP") == 1)
    orders.post()
    orders.by_hand()
    station.wait_until(orders.is_settled)

    assert ask(station.simulator.folder, "cut", "cuc-dbvn") is None
    orders.move_in()
    orders.post()
    station.wait_until(lambda: orders.sure <= orders.states().keys())
    waiting = [name for name, state in orders.states().items() if state is OrderState.WAITING]
    assert len(waiting) == 2
    said = station.take(station.plain)
    assert "2 transport orders wait, and nobody carries them: they are kept" in said
    station.wait_until(lambda: station.left() == ["Transport orders that wait, and nobody carries them any more: 2"])
    checked = station.run("check")
    assert "orders: 2 transport orders wait, and nobody carries them" in checked.stdout + checked.stderr
    assert [name for name, state in orders.states().items() if state is OrderState.WAITING] == waiting
    kept = set(orders.sure)
    orders.post()  # nobody listens there any more
    assert orders.sure == kept
    assert ask(station.simulator.folder, "restore", "cuc-dbvn") is None

    station.take(station.carrying.replace("listen: 127.0.0.1", "keep: 90d\n  listen: 127.0.0.1"))
    station.wait_until(orders.is_settled)
    station.wait_until(lambda: not station.left())
    station.wait_until(lambda: station.said().count("orders are taken over HTTP") == 2)
    station.take(station.carrying)
    station.wait_until(lambda: station.said().count("orders are taken over HTTP") == 3)
    orders.post()
    orders.move_in()
    station.wait_until(orders.is_settled)
    assert set(orders.states().values()) == {OrderState.ACCEPTED}
    assert verified(orders, station.road) == orders.sure
    assert station.gateway.stop().code == 0
    said = station.said()
    assert ("worker failed" in said, "Traceback" in said) == (False, False)
    assert said.count("gateway started") == 1, "all of it by one daemon"
    assert said.count("link=plc state=down") == 1, "the link was left as it was"
