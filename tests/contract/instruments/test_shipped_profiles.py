"""Each ready instrument, played: what its manual says that the device says, and what is to be made of it.

The plays below `tests/fixtures/instruments` were written from the manuals, not from the profiles: registers for the
simulator in YAML, telegrams byte by byte in text. Expected are the numbers of the device, in its own unit.
"""

from __future__ import annotations

import json
import math
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from gateway.cli.scan import scan
from gateway.config import ModbusTcpLink
from gateway.config.profiles.example import example_instrument, example_yaml
from gateway.config.profiles.shelf import ProfileShelf
from gateway.core.errors import InstrumentError
from gateway.instruments.modbus import link_of
from gateway.instruments.profile_trial import ranked, try_profile
from gateway.instruments.protocol import Driver
from gateway.instruments.registry import driver_on
from tests.contract.instruments.links import RealClock
from tests.contract.instruments.text_devices import plugged, tcp
from tests.support.live.simulator import SimulatedStation
from tests.support.modbus_server.scripted import Say
from tests.support.transcript import Poll, poll_of

PLAYS = Path(__file__).parents[2] / "fixtures/instruments"
SHELF = ProfileShelf(None)
YAML_READER = YAML(typ="safe", pure=True)


@dataclass(frozen=True, slots=True)
class RegisterPlay:
    profile: str
    name: str
    unit: int
    cells: dict[str, Any]
    quantities: tuple[str, ...]
    readings: dict[str, Any]


def register_plays() -> list[RegisterPlay]:
    plays = []
    for file in sorted(PLAYS.glob("*.yaml")):
        content = YAML_READER.load(file.read_text("utf-8"))
        for unit, (name, play) in enumerate(content.items(), start=1):
            quantities = tuple(play.get("quantities", play["readings"]))
            plays.append(RegisterPlay(file.stem, name, unit, play["cells"], quantities, play["readings"]))
    return plays


def scenario(plays: list[RegisterPlay]) -> str:
    """A server for each profile, a unit for each play of it."""
    lines = ["name: profiles", "seed: 1", "slot: 10s"]
    lines += ["station: {province: HN, facility: TEST, code: TST001, kind: ambient_air, timezone: Asia/Ho_Chi_Minh}"]
    lines += ["instruments:"]
    for profile in dict.fromkeys(play.profile for play in plays):
        lines += [f"  - name: {profile}", "    type: modbus-tcp", "    units:"]
        for play in plays:
            if play.profile != profile:
                continue
            lines += [f"      {play.unit}:", "        parameters:" if play.cells else "        parameters: {}"]
            for number, cell in enumerate(play.cells.values()):
                order = f", byte_order: {cell['byte_order']}" if "byte_order" in cell else ""
                place = f'register: "{cell["register"]}", type: {cell["type"]}{order}'
                symbol = f"{profile}-{play.unit}-{number}"
                lines.append(f'          {symbol}: {{unit: "-", {place}, signal: {{base: {cell["is"]}}}}}')
    return "\n".join(lines) + "\n"


REGISTER_PLAYS = register_plays()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedStation]:
    station = SimulatedStation(scenario(REGISTER_PLAYS), tmp_path_factory.mktemp("profiles"))
    yield station
    station.stop()


def link_to(station: SimulatedStation, profile: str) -> Any:
    found = station.instruments[profile]
    content = {"type": "modbus-tcp", "host": found["host"], "port": found["port"], "timeout": "300ms"}
    return link_of("plc", ModbusTcpLink.model_validate(content), RealClock())


@pytest.mark.parametrize("play", REGISTER_PLAYS, ids=lambda play: f"{play.profile}: {play.name}")
def test_registers_mean_what_the_manual_says(simulated: SimulatedStation, play: RegisterPlay) -> None:
    link = link_to(simulated, play.profile)
    try:
        settings = example_instrument(SHELF.find(play.profile), "plc", play.quantities, play.unit)
        readings = driver_on(settings, link).read()
    finally:
        link.close()
    shown = dict(zip(play.quantities, readings, strict=True))
    for name, (value, status) in play.readings.items():
        assert shown[name].status.value == status, name
        if value is None:
            assert shown[name].value is None
        else:  # as exact as the seven digits of a 32-bit number, which is as the device has it
            assert shown[name].value is not None
            assert math.isclose(float(shown[name].value or 0), value, rel_tol=1e-7, abs_tol=0)


def test_the_likeliest_is_found_among_all(simulated: SimulatedStation) -> None:
    """On a device that answers for every register, as simulated ones and many real ones do."""
    link = link_to(simulated, "vaisala-wxt530")
    try:
        wanted = ("vaisala-wxt530", "thermo-5030i", "teledyne-t400")
        trials = ranked([try_profile(SHELF.find(name), link, 1) for name in wanted])
        nobody = try_profile(SHELF.find("endress-hauser-cm44x"), link, 200)
    finally:
        link.close()
    assert trials[0].shelved.profile.profile == "vaisala-wxt530"
    assert (trials[0].plausible, trials[0].asked_of) == (4, 4)
    assert {one.name: one.is_in_range for one in trials[0].quantities} == dict.fromkeys(
        ("Temp", "RH", "WD", "Rad"), True
    )
    assert (nobody.plausible, len(nobody.quantities), nobody.asked_of) == (0, 2, 16)  # not sixteen time-outs


STATION = """\
station: {name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}
storage: {path: /var/lib/station-gateway}
links: {bus: {type: modbus-tcp, host: 127.0.0.1, port: PORT, timeout: 300ms}}
instruments: [{name: ozone, link: bus, unit: 3, profile: teledyne-t400}]
"""


def test_a_scan_shows_what_each_quantity_would_be(
    simulated: SimulatedStation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gateway.yaml"
    port = simulated.instruments["teledyne-t400"]["port"]
    file.write_text(STATION.replace("PORT", str(port)), encoding="utf-8")
    scan("bus", units="2", profile="teledyne-t400", config=file, as_json=True)
    (trial,) = json.loads(capsys.readouterr().out)
    (ozone,) = trial["quantities"]
    assert (trial["profile"], trial["plausible"], trial["quantities_of_profile"]) == ("teledyne-t400", 1, 1)
    assert (ozone["name"], ozone["value"], ozone["unit"], ozone["status"]) == ("O3", 1.5, "ppb", "01")
    assert ozone["why"] == "status discrete:20 is 1"
    with pytest.raises(typer.Exit) as ended:
        scan("bus", units="2", profile="gill-windsonic", config=file)
    assert ended.value.exit_code == 2
    assert "link bus is modbus-tcp, and gill-windsonic stands on one of type serial, tcp" in capsys.readouterr().err


@dataclass(frozen=True, slots=True)
class TelegramPlay:
    profile: str
    address: int | None
    poll: Poll


def telegram_plays() -> list[TelegramPlay]:
    plays = []
    for file in sorted(PLAYS.glob("*.txt")):
        head, *polls = re.split(r"^=== ", file.read_text("utf-8"), flags=re.MULTILINE)
        content = YAML_READER.load(head)
        assert content["profile"] == file.stem
        plays += [TelegramPlay(file.stem, content.get("address"), poll) for poll in map(poll_of, polls)]
    return plays


def outcome_of(driver: Driver) -> list[str]:
    try:
        readings = driver.read()
    except InstrumentError as error:
        return [type(error).__name__]
    pairs = zip(driver.parameters, readings, strict=True)
    return [f"{one.symbol} {'none' if it.value is None else repr(it.value)} {it.status.value}" for one, it in pairs]


TELEGRAM_PLAYS = telegram_plays()


@pytest.mark.parametrize(
    "play",
    [play for play in TELEGRAM_PLAYS if play.poll.exchanges],
    ids=lambda play: f"{play.profile}: {play.poll.name}",
)
def test_telegrams_mean_what_the_manual_says(play: TelegramPlay) -> None:
    asked = bytearray()
    waiting = list(play.poll.exchanges)

    def device(piece: bytes, say: Say) -> bool:
        asked.extend(piece)
        while waiting and asked.endswith(waiting[0][0]):
            say(waiting.pop(0)[1])
        return True

    with plugged("tcp", device) as link:
        driver = driver_on(example_instrument(SHELF.find(play.profile), "line", None, play.address), link)
        outcome = outcome_of(driver)
    assert outcome == list(play.poll.outcome)
    assert asked == b"".join(question for question, _ in play.poll.exchanges)


@pytest.mark.parametrize(
    "play",
    [play for play in TELEGRAM_PLAYS if play.poll.unasked],
    ids=lambda play: f"{play.profile}: {play.poll.name}",
)
def test_lines_that_nobody_asked_for_mean_what_the_manual_says(play: TelegramPlay) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = tcp(listener.getsockname()[1])
        link.connect()
        peer, _ = listener.accept()
        with peer:
            driver = driver_on(example_instrument(SHELF.find(play.profile), "line"), link)
            peer.sendall(b"\r\n" + play.poll.unasked)  # a line counts only when it was heard from its beginning
            time.sleep(0.02)
            outcome = outcome_of(driver)
        link.close()
    assert outcome == list(play.poll.outcome)


def test_every_profile_that_ships_is_played() -> None:
    played = {file.stem for file in PLAYS.iterdir()}
    assert played == set(SHELF.names())
    assert len(played) >= 12


@pytest.mark.parametrize("name", SHELF.names())
def test_every_profile_says_where_it_is_known_from(name: str) -> None:
    profile = SHELF.find(name).profile
    assert profile.tried == "not tried on a real device"
    assert profile.manufacturer
    for source in profile.sources:
        assert source.url
        assert source.edition
    assert profile.profile in example_yaml(profile)


@pytest.mark.parametrize("name", SHELF.names())
def test_every_quantity_alone_makes_an_instrument(name: str) -> None:
    """A station that wants one of them is refused none of what the rest needs."""
    found = SHELF.find(name)
    for quantity in found.profile.quantities:
        assert len(example_instrument(found, "line", (quantity,)).parameters) == 1
