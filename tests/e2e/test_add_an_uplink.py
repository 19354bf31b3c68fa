"""The guide `docs/add-an-uplink.md`, followed to the letter: a protocol that nobody speaks, in exactly the files that
it names, tried on its own server, checked, and sent over by the real daemon."""

from __future__ import annotations

import importlib.util
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.guide import PROJECT, Followed, Guide, followed_in_a_copy
from tests.support.live import configuration
from tests.support.live.configuration import Server, Wanted
from tests.support.live.gateway import RunningGateway, command
from tests.support.live.simulator import WASTEWATER, SimulatedStation, files_at

pytestmark = pytest.mark.timeout(300)

GUIDE = PROJECT / "docs" / "add-an-uplink.md"
SERVER = "tests/support/servers/inbox.py"
FILES = 2
ARRIVE_WITHIN_S = 90


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    with followed_in_a_copy(Guide.read(GUIDE), tmp_path_factory.mktemp("project")) as copy:
        yield copy


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedStation]:
    running = SimulatedStation(WASTEWATER.read_text("utf-8"), tmp_path_factory.mktemp("station"))
    yield running
    running.stop()


def test_it_touches_the_files_that_it_names_and_no_others(followed: Followed) -> None:
    assert followed.changed == set(followed.guide.listed) == set(followed.guide.shown)
    assert len(followed.guide.listed) == len(set(followed.guide.listed))


def test_what_it_shows_is_in_the_houses_style(followed: Followed) -> None:
    python = [path for path in followed.guide.listed if path.endswith(".py")]
    for arguments in (("check",), ("format", "--check")):
        followed.succeed("ruff", *arguments, *python)
    followed.succeed("mypy", "--no-incremental", "gateway/uplinks/inbox")


def test_it_keeps_the_promises_of_an_uplink(followed: Followed) -> None:
    tests = sum(block.content.count("\ndef test_") for block in followed.guide.blocks)
    assert f"{tests} passed" in followed.succeed("pytest", "-v", "tests/contract/uplinks/test_inbox.py")


def test_the_table_knows_it(followed: Followed) -> None:
    followed.succeed("pytest", "-q", "tests/unit/uplinks/test_registry.py")


def test_the_password_of_a_destination_can_be_read_on_the_way_and_check_says_so(
    followed: Followed, station: SimulatedStation, tmp_path: Path
) -> None:
    file = configuration.write(tmp_path, station.instruments, [Wanted("inbox", to_port(7070, "anything"))])
    done = command("check", "-c", file)
    assert done.returncode == 0, done.stderr
    assert re.search("ask the authority for sftp", done.stdout + done.stderr)


def test_its_destination_is_what_a_person_would_write(
    followed: Followed, station: SimulatedStation, tmp_path: Path
) -> None:
    file = configuration.write(tmp_path, station.instruments, [])
    shown = followed.guide.block("yaml", "inbox://").replace("inbox.secret", str(tmp_path / "inbox.secret"))
    (tmp_path / "inbox.secret").touch(mode=0o600)
    (tmp_path / "inbox.secret").write_text("of-the-inbox")
    file.write_text(file.read_text("utf-8") + shown, "utf-8")
    done = command("check", "-c", file)
    assert done.returncode == 0, done.stderr


def test_the_daemon_delivers_byte_for_byte(followed: Followed, station: SimulatedStation, tmp_path: Path) -> None:
    """The same slots go to a province over SFTP: so must what lies in the inbox."""
    kept = tmp_path / "kept"
    kept.mkdir()
    with server_of(followed).inbox(kept) as inbox:
        wanted = [
            Wanted("inbox", to_port(inbox.port, inbox.password)),
            Wanted("province", Server.of(station.authorities["province"], "sftp")),
        ]
        file = configuration.write(tmp_path, station.instruments, wanted)
        daemon = RunningGateway(file, tmp_path / "gateway.log")
        deadline_s = time.monotonic() + ARRIVE_WITHIN_S
        same: dict[str, bytes] = {}
        while len(same) < FILES and time.monotonic() < deadline_s:
            daemon.check()
            time.sleep(0.5)
            here, there = by_name(kept / "NUO001"), by_name(station.root("province"))
            same = {name: content for name, content in here.items() if there.get(name) == content}
            assert all(content == there.get(name, content) for name, content in here.items())
        stopped = daemon.stop()
    log = daemon.log.read_text(errors="replace")
    assert len(same) >= FILES, log[-2000:]
    assert all(content.count(b"\r\n") > 5 for content in same.values())
    assert stopped.code == 0
    assert "Traceback" not in log


def to_port(port: int, password: str) -> Server:
    return Server("inbox", "127.0.0.1", port, "nuo001", password, proof="")


def by_name(root: Path) -> dict[str, bytes]:
    return {Path(path).name: content for path, content in files_at(root).items() if path.endswith(".txt")}


def server_of(followed: Followed) -> ModuleType:
    """The guide's server, run in this process: a second opinion must not come out of the daemon's."""
    spec = importlib.util.spec_from_file_location("inbox", followed.folder / SERVER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "inbox", module)  # dataclasses look there
        spec.loader.exec_module(module)
    return module
