"""A neighbour's doors: open, refused, mute, at the times of the script; and the box's events beside them."""

import asyncio
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from stationsim.model.neighbour import DoorModel
from stationsim.neighbours.door import Door
from stationsim.scenario_file import ScenarioError, load

TIMEOUT_S = 0.5


async def knock(door: Door) -> str:
    host, port = door.reached()["host"], door.reached()["port"]
    assert isinstance(port, int)
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(str(host), port), TIMEOUT_S)
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "no answer"
    writer.close()
    return "open"


def run(what: Coroutine[Any, Any, None]) -> None:
    asyncio.run(what)


def test_a_door_opens_and_closes_at_the_same_number() -> None:
    async def play() -> None:
        door = Door("127.0.0.1", DoorModel(name="web", open=False))
        await door.take()
        number = door.reached()["port"]
        said = []
        for act in (door.close, door.open, door.open, door.mute, door.open, door.mute, door.close):
            await act()
            said.append(await knock(door))
        assert said == ["refused", "open", "open", "no answer", "open", "no answer", "refused"]
        assert door.reached()["port"] == number
        await asyncio.sleep(0)
        assert door.tally == {"connections": 3}
        await door.release()

    run(play())


def test_nobody_else_gets_the_number_of_a_closed_door() -> None:
    async def play() -> None:
        door = Door("127.0.0.1", DoorModel(name="web", open=False))
        await door.take()
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", int(door.reached()["port"])))
        await door.release()

    run(play())


SCENARIO = """
box:
  holds: {"1-1.2": rs485, "1-1.4": hub, "1-1.4.2": keyboard}
  events:
    - {at: 0s, for: 200ms, kind: plug, port: "usb:1-1.3", device: stick}
    - {at: 100ms, kind: listen, port: "listen:tcp:8080", program: nc}
    - {at: 100ms, kind: hot, celsius: 91}
neighbours:
  - name: datalogger
    doors: [{name: modbus}, {name: web, open: false}]
    events: [{at: 100ms, kind: open, door: web}]
"""


def test_a_scenario_plays_its_box_and_its_neighbours(start_station: Any, small_scenario: str) -> None:
    station = start_station(small_scenario + SCENARIO, "--seconds", "2")
    root = Path(station.ready["box"]["root"])
    doors = station.ready["neighbours"]["datalogger"]
    assert (doors["modbus"]["open"], doors["web"]["open"]) == (True, False)
    assert (root / "sys/bus/usb/devices/1-1.4.2/idVendor").read_text() == "046d\n"
    station.process.wait(20)
    assert station.stop()[0] == 0
    events = [it for it in station.rest() if it and it["event"] in ("box", "neighbour")]
    assert [(it["kind"], it["begins"]) for it in events] == [
        ("plug", True),
        ("listen", True),
        ("hot", True),
        ("open", True),
        ("plug", False),
    ]
    assert (root / "sys/class/thermal/thermal_zone0/temp").read_text() == "91000\n"
    assert not (root / "sys/bus/usb/devices/1-1.3").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("box: {holds: {1-1.7: stick}}", "there is no socket usb:1-1.7"),
        ("box: {holds: {1-1.1: toaster}}", "'toaster' is not a device; there are rs485, "),
        ("box: {events: [{at: 1s, kind: unplug, port: 'usb:1-1.2'}]}", "nothing is in usb:1-1.2 at the start"),
        ("box: {events: [{at: 1s, kind: link, port: 'net:eth7'}]}", "there is no net:eth7; the box has eth0, eth1"),
        ("box: {events: [{at: 1s, kind: link, port: 'usb:1-1'}]}", "link befalls a port; write port: net:…"),
        ("box: {events: [{at: 1s, kind: hot, port: 'usb:1-1'}]}", "hot befalls the box, not a port"),
        ("box: {events: [{at: 1s, kind: hot, program: nc}]}", "hot has no program"),
        ("neighbours: [{name: a, doors: [{name: x}, {name: x}]}]", "'x' stands twice"),
        ("neighbours: [{name: a, doors: [{name: x, port: 99}, {name: y, port: 99}]}]", "99 is a's x already"),
        ("neighbours: [{name: a, doors: [], events: [{kind: open, door: x}]}]", "a has no door 'x'"),
    ],
)
def test_what_cannot_be_is_told(small_scenario: str, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(f"{small_scenario}\n{text}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="s.yaml:") as raised:
        load(path)
    assert [line for line in raised.value.lines if told in line]
