"""The guide `docs/add-an-instrument.md`, followed to the letter: a protocol that nobody speaks, in exactly the files
that it names, simulated, checked, planned, read, and sent by the real daemon."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.guide import PROJECT, Followed, Guide, followed_in_a_copy
from tests.support.live.configuration import Server, Wanted, destination
from tests.support.live.gateway import RunningGateway, command
from tests.support.live.simulator import SimulatedStation, files_at

pytestmark = pytest.mark.timeout(300)

GUIDE = PROJECT / "docs" / "add-an-instrument.md"
AUTHORITY = "authorities: [{name: province, protocols: [sftp], user: nuo001, password: of-the-province}]\n"
ARRIVES_WITHIN_S = 60


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    with followed_in_a_copy(Guide.read(GUIDE), tmp_path_factory.mktemp("project")) as copy:
        yield copy


@pytest.fixture(scope="module")
def station(followed: Followed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedStation]:
    """The guide's scenario, on a port that is free, with an authority beside it."""
    scenario = followed.guide.block("yaml", "type: newton").replace("127.0.0.1:4001", "127.0.0.1:0")
    running = SimulatedStation(scenario + AUTHORITY, tmp_path_factory.mktemp("station"))
    yield running
    running.stop()


def configured(followed: Followed, folder: Path, station: SimulatedStation | None = None) -> Path:
    """The guide's configuration; with the ports of a station that runs."""
    text = followed.guide.block("yaml", "newton: {}").replace("path: data", f"path: {folder / 'data'}")
    if station is not None:
        text = text.replace("4001", str(station.instruments["balance"]["port"]))
        server = Server.of(station.authorities["province"], "sftp")
        text += "destinations:\n" + destination(folder, Wanted("province", server)).replace(
            "only_if_special: false", "folder: '%Y/%m/%d'"
        )
    file = folder / "gateway.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_it_touches_the_files_that_it_names_and_no_others(followed: Followed) -> None:
    assert followed.changed == set(followed.guide.listed) == set(followed.guide.shown)
    assert len(followed.guide.listed) == len(set(followed.guide.listed))


def test_what_it_shows_is_in_the_houses_style(followed: Followed) -> None:
    python = [path for path in followed.guide.listed if path.endswith(".py")]
    for arguments in (("check",), ("format", "--check")):
        followed.succeed("ruff", *arguments, *python)


def test_its_transcript_is_played(followed: Followed) -> None:
    polls = sum(block.content.count("\n=== ") for block in followed.guide.blocks)
    played = followed.succeed("pytest", "-v", "-k", "newton", "tests/contract/instruments/test_transcripts.py")
    assert f"{polls} passed" in played
    followed.succeed("pytest", "-k", "every", "tests/contract/instruments/test_transcripts.py")


def test_what_is_held_of_every_protocol_is_true_of_it(followed: Followed) -> None:
    held = (
        "tests/unit/instruments/test_registry.py",
        "tests/unit/config/test_guides.py",
        "tests/unit/config/instruments/test_text_instrument_faults.py",
        "tests/architecture/test_protocols.py",
    )
    followed.succeed("pytest", *held)


def test_its_configuration_is_sound(followed: Followed, tmp_path: Path) -> None:
    done = command("check", "-c", configured(followed, tmp_path))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_what_will_be_asked_is_planned(followed: Followed, tmp_path: Path) -> None:
    done = command("check", "--plan", "-c", configured(followed, tmp_path))
    assert done.returncode == 0, done.stderr
    assert "channel W  (6 bytes, answer of any length)" in done.stdout
    assert "channel T  (6 bytes, answer of any length)" in done.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("channel: W", "chanel: W", r"TSS\.chanel: is an unknown key; did you mean channel\?"),
        ("channel: W", "channel: w", "TSS.channel: 'w' is no letter; write one capital letter"),
        (", channel: W", "", "TSS.channel: is missing; add channel: the letter of its channel"),
        ("newton: {}", "newton: {frist: 3}", r"balance\.newton\.frist: is an unknown key; did you mean first\?"),
        ("newton: {}", "newtn: {}", "must be said what the device speaks; add a section .*newton"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    followed: Followed, tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    file = configured(followed, tmp_path)
    text = file.read_text(encoding="utf-8")
    line = text[: text.index(right)].count("\n") + 1
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    done = command("check", "-c", file)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    found = re.search(rf"gateway\.yaml:(\d+): instruments\..*{said}", done.stderr)
    assert found, done.stderr
    assert int(found[1]) == line or "must be said" in said


def test_two_parameters_at_one_place_are_warned_of(followed: Followed, tmp_path: Path) -> None:
    file = configured(followed, tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace("channel: T", "channel: W"), encoding="utf-8")
    done = command("check", "-c", file)
    assert done.returncode == 0
    assert "channel W is read for another parameter too" in done.stdout + done.stderr


def test_it_is_read_by_hand(followed: Followed, station: SimulatedStation, tmp_path: Path) -> None:
    done = command("read", "--json", "-c", configured(followed, tmp_path, station))
    assert done.returncode == 0, done.stdout + done.stderr
    (balance,) = json.loads(done.stdout)
    readings = {one["symbol"]: (one["value"], one["unit"], one["status"]) for one in balance["readings"]}
    assert readings == {"TSS": (12.34, "mg/L", "00"), "Temp": (25.0, "oC", "00")}


def test_the_daemon_sends_what_it_measures(followed: Followed, station: SimulatedStation, tmp_path: Path) -> None:
    daemon = RunningGateway(configured(followed, tmp_path, station), tmp_path / "gateway.log")
    deadline_s = time.monotonic() + ARRIVES_WITHIN_S
    good: list[bytes] = []
    while not good and time.monotonic() < deadline_s:
        daemon.check()
        time.sleep(0.5)
        arrived = (content for path, content in files_at(station.root("province")).items() if path.endswith(".txt"))
        good = [content for content in arrived if _is_measured(content)]
    stopped = daemon.stop()
    log = daemon.log.read_text(errors="replace")
    assert good, log[-2000:]
    assert stopped.code == 0
    assert "Traceback" not in log
    assert "instrument=balance state=answering" in log


def _is_measured(content: bytes) -> bool:
    lines = [line.split("\t") for line in content.decode("utf-8").splitlines()]
    found = {line[0]: (float(line[1]), line[2], line[4]) for line in lines if line[1] != "NULL"}
    return found == {"TSS": (12.34, "mg/L", "00"), "Temp": (25.0, "oC", "00")}
