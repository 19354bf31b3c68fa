"""A daemon whose equipment has a paper that ended: told once, whatever happens to it, and gone with the next paper."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gateway.db import open_database
from gateway.records.store import RecordStore
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, command

NOBODY = Server("sftp", "127.0.0.1", 9, "station", "none", "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8")
INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 9}, "bus": {"device": "/dev/null"}}
EQUIPMENT = "equipment: [{name: spare, kind: power, make: Example, model: U-1, verified: {until: 2020-05-31}}]\n"
SAID = "equipment=spare kind=verification_ended state=began until=2020-05-31"
SOON_S = 30.0


def events(configuration: Path) -> list[tuple[str, str, bool]]:
    done = command("events", "--json", "--from", "2020-01-01", "--kind", "verification_ended", "-c", configuration)
    found = json.loads(done.stdout) if done.returncode == 0 else []
    return [(one["subject"], one["detail"], one["ended"] is None) for one in found]


def records(folder: Path) -> int:
    with closing(open_database(folder / "storage" / "gateway.db", read_only=True)) as database:
        return RecordStore(database).newest_id()


def run_until(configuration: Path, log: Path, is_so: Callable[[], bool]) -> RunningGateway:
    running = RunningGateway(configuration, log)
    deadline_s = time.monotonic() + SOON_S
    while not is_so():
        running.check()
        assert time.monotonic() < deadline_s, log.read_text()[-2000:]
        time.sleep(0.2)
    return running


def test_an_ended_paper_is_told_once_and_gone_with_the_next(tmp_path: Path) -> None:
    configuration, log = write(tmp_path, INSTRUMENTS, [Wanted("province", NOBODY)]), tmp_path / "log"
    text = configuration.read_text("utf-8")
    configuration.write_text(text + EQUIPMENT, "utf-8")
    run_until(configuration, log, lambda: log.exists() and SAID in log.read_text()).kill()
    assert events(configuration) == [("spare", "2020-05-31", True)]
    before = records(tmp_path)
    run_until(configuration, log, lambda: records(tmp_path) > before).stop()  # it has looked at everything
    assert log.read_text().count(SAID) == 1
    line = command("events", "--kind", "verification_ended", "-c", configuration).stdout
    assert line == "2020-06-01T00:00:00 to now                  spare      verification_ended  1 time (2020-05-31)\n"
    status = json.loads(command("status", "--json", "-c", configuration).stdout)
    (shown,) = status["equipment"]
    assert (shown["name"], shown["of"], shown["state"]) == ("spare", "verification", "ended")
    assert shown["days_left"] < 0
    assert "spare: verification ended on 2020-05-31, " in command("status", "-c", configuration).stdout
    told = command("journal", "show", "--kind", "quality", "--json", "-c", configuration).stdout
    assert told.count("verification_ended") == 1

    configuration.write_text(text + EQUIPMENT.replace("2020", "2099"), "utf-8")
    run_until(configuration, log, lambda: "kind=verification_ended state=ended" in log.read_text()).stop()
    assert events(configuration) == [("spare", "2020-05-31", False)]
    assert "verification ended" not in command("status", "-c", configuration).stdout
