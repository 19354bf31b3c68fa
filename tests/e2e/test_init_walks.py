"""`gateway init` walked from the first question to the last, as a person does: at a terminal and in a window of tmux,
in both languages, ended at every question by a kill and by Ctrl-C; against simulated instruments and a real server.

A part of the long campaign `first-configuration`: GATEWAY_INIT_KILLS=all.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config import BayernHessenDevice, Language, load
from gateway.texts import texts_in
from tests.support.init_walk import RELAY_PASSWORD, asked_is, walk, walk_at_text_devices, with_cameras
from tests.support.live.gateway import RunningGateway, command
from tests.support.live.simulator import AMBIENT_AIR, WASTEWATER, SimulatedStation, files_at
from tests.support.servers import Server, openssh
from tests.support.terminal import AtTerminal
from tests.support.tmux import InTmux

pytestmark = [
    pytest.mark.skipif(os.environ.get("GATEWAY_INIT_KILLS") != "all", reason="a part of the long campaign"),
    pytest.mark.timeout(900),
]

_OF_THE_TRIAL = ("reporting.slot", "clock", "cameras")
"""Short slots, a machine whose clock nobody sets, a camera that is not there."""


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedStation]:
    simulated = SimulatedStation(WASTEWATER.read_text(), tmp_path_factory.mktemp("simulated"))
    yield simulated
    simulated.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with openssh(tmp_path_factory.mktemp("server")) as running:
        yield running


def test_a_walk_at_a_terminal_makes_what_delivers(station: SimulatedStation, server: Server, tmp_path: Path) -> None:
    """With help and a way back; short slots and a clock that is believed are given beforehand."""
    file = tmp_path / "gateway.yaml"
    at = AtTerminal(["init", "-c", file, "--set", "reporting.slot=10s", "--set", "clock={servers: [], trust: assume}"])
    for wanted, text in with_cameras(walk(station, server, tmp_path)):
        if wanted == "Time servers":
            continue
        asked = at.prompt()
        assert asked_is(wanted, asked), f"{wanted}: {at.shown[-1500:]}"
        if wanted == "Station's code":
            at.type("NUO 001")
            at.prompt()
            at.type("?")
            at.prompt()
            at.type("<")
            at.answer("[ABCD]", "")
            at.prompt()
        at.type(text)
    assert at.ended() == 0, at.shown[-1500:]
    assert "cannot stand in a file's name" in at.shown
    assert "it is called station.code" in at.shown
    assert "unit 1: holding:0 is" in at.shown
    assert server.host_key is not None
    assert server.host_key in at.shown
    assert server.password not in at.shown
    assert "gateway run" in at.shown
    configuration = load(file)
    assert configuration.instruments[0].parameters[0].limits
    assert configuration.destinations[0].password is not None
    assert configuration.destinations[0].password.read() == server.password
    assert configuration.cameras is not None
    assert configuration.cameras.relay is not None
    assert configuration.cameras.relay.password.read() == RELAY_PASSWORD
    assert RELAY_PASSWORD not in at.shown + file.read_text()
    assert [one for one in odd_in_strict_check(file) if "which one the permit names" not in one] == []
    gateway = RunningGateway(file, tmp_path / "log")
    try:
        deadline_s = time.monotonic() + 45
        while not any(name.endswith(".txt") for name in files_at(server.root)):
            gateway.check()
            assert time.monotonic() < deadline_s, (tmp_path / "log").read_text()[-2000:]
            time.sleep(0.2)
    finally:
        gateway.stop()


def odd_in_strict_check(file: Path) -> list[str]:
    """What `check --strict` warns of beside what is this trial's."""
    checked = json.loads(command("check", "--strict", "-c", file, "--json").stdout)
    assert checked["valid"] is True, checked
    return [str(one) for one in checked["warnings"] if not str(one["path"]).startswith(_OF_THE_TRIAL)]


def test_devices_on_serial_lines_that_are_in_no_table(tmp_path: Path) -> None:
    """An ambient air station: the lines that its devices say, the numbers that they answer with and the checksums are
    found, and what is written delivers what the authority scores."""
    station = SimulatedStation(AMBIENT_AIR.read_text(), tmp_path / "simulated")
    try:
        file, server = tmp_path / "etc" / "gateway.yaml", station.authorities["province"]["sftp"]
        file.parent.mkdir()
        at = AtTerminal(
            ["init", "-c", file, "--set", "reporting.slot=10s", "--set", "clock={servers: [], trust: assume}"]
        )
        answers = walk_at_text_devices(station, server, tmp_path)
        while (asked := at.prompt()) is not None:
            is_named = bool(answers) and asked_is(answers[0][0], asked)
            at.type(answers.pop(0)[1] if is_named else "")
            assert at.shown.count("This needs an answer") == 0, at.shown[-1500:]
        assert answers == [], at.shown[-1500:]
        assert at.ended() == 0
        assert odd_in_strict_check(file) == []
        analysers = [one for one in load(file).instruments if isinstance(one, BayernHessenDevice)]
        assert [one.bayern_hessen.address for one in analysers] == [10, 20, 30, 40]
        gateway = RunningGateway(file, tmp_path / "log")
        try:
            deadline_s = time.monotonic() + 90
            while not (measured := [one for one in delivered(station) if "NULL" not in one]):
                gateway.check()
                assert time.monotonic() < deadline_s, (tmp_path / "log").read_text()[-2000:]
                time.sleep(0.5)
        finally:
            gateway.stop()
        assert len(measured[0].splitlines()) == 14
    finally:
        station.stop()
    assert station.scores["province"]["problems"] == []


def delivered(station: SimulatedStation) -> list[str]:
    return [file.decode() for name, file in files_at(station.root("province")).items() if name.endswith(".txt")]


@pytest.mark.parametrize("by", ["kill", "Ctrl-C"])
def test_ended_at_any_question_it_goes_on_there(
    station: SimulatedStation, server: Server, tmp_path: Path, by: str
) -> None:
    """That of the password among them, of which nothing is in any file of answers."""
    file, answers = tmp_path / "gateway.yaml", walk(station, server, tmp_path)
    at = AtTerminal(["init", "-c", file])
    for index, (wanted, text) in enumerate(answers):
        asked = at.prompt()
        assert asked_is(wanted, asked), f"{wanted}: {at.shown[-1500:]}"
        if index:
            if by == "kill":
                at.kill()
            else:
                assert at.interrupt() == 1, at.shown[-1500:]
                assert "The answers are kept" in at.shown
            assert not file.exists()
            for one in tmp_path.iterdir():
                assert one.is_dir() or server.password not in one.read_text()
            at = AtTerminal(["init", "-c", file])
            at.answer("Go on from there|Tiếp tục", "")
            if wanted == "Once more":
                at.answer("Password", server.password)
            asked = at.prompt()
            assert asked_is(wanted, asked), f"{wanted} after it was ended: {at.shown[-1500:]}"
        at.type(text)
    assert at.ended() == 0, at.shown[-1500:]
    assert load(file).destinations[0].password is not None
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("language", list(Language))
def test_a_walk_in_a_window_of_tmux(
    station: SimulatedStation, server: Server, tmp_path: Path, language: Language
) -> None:
    """What is answered is the same in both languages, and so is what is written but for comments."""
    file = tmp_path / "gateway.yaml"
    window = InTmux(tmp_path, ["init", "-c", file, "-l", language.value])
    try:
        for wanted, text in walk(station, server, tmp_path)[1:]:
            asked = window.prompt()
            assert asked is not None, window.screen()
            assert language is Language.VIETNAMESE or asked_is(wanted, asked), f"{wanted}: {window.screen()}"
            window.type(text)
        assert window.ended() == 0, window.screen()
        shown = window.screen()
    finally:
        window.close()
    assert server.password not in shown
    assert "Traceback" not in shown
    assert texts_in(language)("init.done.next") in shown
    configuration = load(file)
    assert configuration.station.language is language
    assert configuration.instruments[0].parameters[0].limits
    checked = command("check", "-c", file)
    assert checked.returncode == 0, checked.stderr
