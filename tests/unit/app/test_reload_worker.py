"""The worker that takes another configuration over, where the card or the database fails it: it takes all of it or
nothing, and what it could not write down it writes down later."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.app.reload_worker import END_WITHIN_S, ReloadWorker
from gateway.audit.configurations import adopt, in_force
from gateway.audit.reload_requests import ReloadRequest, ReloadRequests, ReloadState
from gateway.cli import reload
from gateway.config import Configuration, Language
from gateway.config.load import load
from gateway.core.errors import GatewayError, StoreError
from gateway.core.interfaces import Instant
from gateway.db.board import Board
from gateway.reports.configuration_standing import configuration_standing
from gateway.runtime import lock
from gateway.texts.phrases import said
from tests.support.clock import FakeClock
from tests.support.journey import MIDNIGHT_MS, Journey
from tests.support.small_disk import SmallDisk, small_disk

STATION = """\
station: {name: Trạm, province: HN, facility: ABCD, code: NUO001, kind: wastewater}
clock: {trust: assume}
links: {plc: {type: modbus-tcp, host: 127.0.0.1, timeout: 1s}}
instruments:
  - name: multiprobe
    link: plc
    poll: 5s
    parameters: [{symbol: COD, unit: mg/L, register: "holding:0", type: uint16, limit: {max: 75}}]
"""
DESTINATION = """\
destinations:
  - name: so
    authority: province
    url: sftp://nuo001@ftp.example.vn/
    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
    password: {file: SECRET}
"""
NOW = Instant(MIDNIGHT_MS, 1000.0)


class Bench:
    """The worker, beside workers that only say that they were ended and begun. `found`: what the file says next."""

    def __init__(self, database: Any, folder: Path, text: str = STATION) -> None:
        self.file = folder / "gateway.yaml"
        self.database = database
        self.requests = ReloadRequests(database)
        self.done: list[str] = []
        self.fails: Callable[[], None] = lambda: None
        self.load: Callable[[Path], Configuration] = lambda path: load(path, {})
        running = self.write(text)
        adopt(database, running.source, (), self.file, NOW.wall_ms)
        lasting = SimpleNamespace(
            database=database, board=Board(database), clock=FakeClock(), recorder=SimpleNamespace(flush=lambda: None)
        )
        self.workers = SimpleNamespace(
            clerk=None,
            calibrated_over=lambda links: [],
            ended_by=lambda difference: self._does(f"end {','.join(sorted(difference.links))}"),
            renew=lambda found, difference, now: self._does("renew"),
        )
        self.process = SimpleNamespace(
            end=lambda workers, within_s: True,
            begin=lambda workers: self.done.append("begin"),
            start_again=lambda why: self.done.append("start again"),
        )
        self.worker: ReloadWorker = ReloadWorker(
            running,
            lasting,
            self.workers,
            self.process,
            lambda path: self.load(path),
            lambda: self.done.append("give up"),
        )

    def is_clerk(self, workers: list[Any]) -> bool:
        return workers == [self.workers.clerk]

    def _does(self, what: str) -> list[Any]:
        self.done.append(what)
        self.fails()
        return []

    def write(self, text: str) -> Configuration:
        self.file.write_text(text, "utf-8")
        return load(self.file, {})

    def ask(self, text: str, *, may_restart: bool = False) -> int:
        sha256 = self.write(text).source.sha256
        return self.requests.ask(sha256, "lan", NOW.wall_ms, may_restart=may_restart)

    def answer(self, number: int) -> ReloadRequest:
        found = self.requests.find(number)
        assert found is not None
        return found

    def journal(self, kind: str) -> list[dict[str, Any]]:
        rows = self.database.read("SELECT what FROM sound_journal WHERE kind = ? ORDER BY seq", (kind,))
        return [json.loads(what) for (what,) in rows]


@pytest.fixture
def bench(journey: Journey, tmp_path: Path) -> Bench:
    return Bench(journey.database, tmp_path)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SmallDisk]:
    (tmp_path / "storage").mkdir()
    with small_disk(tmp_path / "storage", 4096) as disk:
        yield disk


def test_on_a_full_card_nothing_is_touched_and_it_is_taken_once_there_is_room(card: SmallDisk, tmp_path: Path) -> None:
    journey = Journey(card.folder)
    bench = Bench(journey.database, tmp_path)
    asked = bench.ask(STATION.replace("1s", "2s"))
    card.fill(journey.database)
    for _ in range(3):
        with pytest.raises(StoreError):
            bench.worker.step(NOW)
    assert bench.done == []
    assert bench.answer(asked).state is ReloadState.WAITING
    assert len(bench.journal("configuration")) == 1
    card.free(journey.database)
    bench.worker.step(NOW)
    assert bench.done == ["end plc", "renew", "begin"]
    assert bench.answer(asked).state is ReloadState.TAKEN
    assert len(bench.journal("configuration")) == 2
    journey.database.close()


@pytest.mark.parametrize(
    ("fills", "told"),
    [
        ("before it is decided", "and the request cannot be withdrawn ("),
        ("once it is decided", "taken over, and journalled: any start begins with "),
    ],
)
def test_on_a_full_card_whoever_asked_is_told_within_bounds_what_is_known(
    card: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fills: str, told: str
) -> None:
    monkeypatch.setattr(reload, "PATIENCE_S", 1.0)
    journey = Journey(card.folder)
    bench = Bench(journey.database, tmp_path)
    sha256 = bench.write(STATION.replace("1s", "2s")).source.sha256
    with lock.hold(card.folder), ThreadPoolExecutor(1) as lan:
        command = lan.submit(reload.asked, card.folder, sha256, restart=False)
        while not (asked := bench.requests.open()):
            assert not command.done(), command.result()
        if fills == "before it is decided":
            card.fill(journey.database)
        else:
            bench.fails = lambda: card.fill(journey.database)
        with pytest.raises(StoreError):
            bench.worker.step(NOW)
        with pytest.raises(GatewayError) as raised:
            command.result(timeout=60)
    assert told in str(raised.value)
    assert f" MB are free in {card.folder}" in str(raised.value)
    assert said(raised.value.words, Language.VIETNAMESE) != str(raised.value)
    bench.fails = lambda: None
    card.free(journey.database)
    bench.worker.step(NOW)
    assert bench.answer(asked[0].id).state is ReloadState.TAKEN
    journey.database.close()


def test_what_is_being_taken_over_is_not_withdrawn(bench: Bench) -> None:
    """Whoever has waited long enough looks at the very moment in which the daemon decides."""
    asked = bench.ask(STATION.replace("1s", "2s"))
    withdrawn: list[bool] = []
    bench.fails = lambda: withdrawn.append(bench.requests.withdraw(asked, "nobody took it up", NOW.wall_ms))
    bench.worker.step(NOW)
    assert withdrawn == [False, False]
    assert bench.answer(asked).state is ReloadState.TAKEN


def test_while_the_database_is_locked_nothing_is_touched(bench: Bench) -> None:
    bench.database.read("PRAGMA busy_timeout = 50")
    asked = bench.ask(STATION.replace("1s", "2s"))
    with closing(sqlite3.connect(bench.database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError):
            bench.worker.step(NOW)
        assert bench.done == []
        other.execute("ROLLBACK")
    bench.worker.step(NOW)
    assert (bench.answer(asked).state, bench.done) == (ReloadState.TAKEN, ["end plc", "renew", "begin"])


def test_what_is_done_and_cannot_be_written_down_is_written_down_later_without_a_restart(bench: Bench) -> None:
    """The card fills up, or somebody locks the database, between the decision and the word about it."""
    bench.database.read("PRAGMA busy_timeout = 50")
    asked = bench.ask(STATION.replace("max: 75", "max: 60").replace("1s", "2s"))
    with closing(sqlite3.connect(bench.database.file, isolation_level=None)) as other:
        bench.fails = lambda: None if other.in_transaction else other.execute("BEGIN IMMEDIATE") and None
        with pytest.raises(StoreError):
            bench.worker.step(NOW)
        assert bench.done == ["end plc", "renew", "begin"]
        assert bench.answer(asked).state is ReloadState.TAKING
        other.execute("ROLLBACK")
        bench.worker.step(NOW)
    assert bench.answer(asked).state is ReloadState.TAKEN
    assert bench.done == ["end plc", "renew", "begin"]
    assert bench.journal("limits")[-1]["limits"]["COD"]["limits"][0]["highest"] == 60


def test_what_fails_in_the_middle_against_all_that_was_foreseen_is_a_start_of_the_whole(
    bench: Bench, tmp_path: Path
) -> None:
    def fail() -> None:
        raise RuntimeError("nobody foresaw it")

    asked = bench.ask(STATION.replace("1s", "2s"))
    bench.fails = fail
    with pytest.raises(RuntimeError):
        bench.worker.step(NOW)
    assert bench.done == ["end plc", "start again"]
    found = in_force(bench.database)
    assert found is not None
    assert found[0] == bench.answer(asked).sha256  # the start begins with it, and settles the request
    started = Bench(bench.database, tmp_path, bench.file.read_text("utf-8"))
    assert bench.answer(asked).state is ReloadState.TAKING  # it has begun nothing yet
    started.worker.step(NOW)
    assert bench.answer(asked).state is ReloadState.TAKEN


def test_what_is_wrong_with_a_faulty_file_is_told_in_the_readers_language(bench: Bench, tmp_path: Path) -> None:
    running = bench.file.read_text("utf-8")
    bench.file.write_text(running.replace("poll: 5s", "pol: 5s"), "utf-8")
    sha256 = hashlib.sha256(bench.file.read_bytes()).hexdigest()
    asked = bench.requests.ask(sha256, "lan", NOW.wall_ms, may_restart=False)
    bench.worker.step(NOW)
    assert bench.answer(asked).state is ReloadState.REFUSED
    assert bench.done == []
    standing = configuration_standing(bench.file, bench.database)
    assert "gateway.yaml:7: instruments.multiprobe.pol: is an unknown key" in standing.why_refused
    vietnamese = said(standing.why_refused, Language.VIETNAMESE)
    assert vietnamese.startswith("tệp có lỗi: ")
    assert "instruments.multiprobe.pol: " in vietnamese
    assert "unknown" not in vietnamese
    assert bench.journal("configuration_refused")[-1]["why"] == "the file is faulty"


def test_of_two_at_once_with_different_files_the_one_that_lies_there_is_taken(bench: Bench) -> None:
    first, second = bench.ask(STATION.replace("1s", "2s")), bench.ask(STATION.replace("1s", "3s"))
    bench.worker.step(NOW)
    assert (bench.answer(first).state, bench.answer(second).state) == (ReloadState.REFUSED, ReloadState.TAKEN)
    assert "was changed meanwhile" in bench.answer(first).outcome.why
    assert bench.done == ["end plc", "renew", "begin"]


def test_of_two_at_once_with_the_same_file_one_is_taken_and_the_other_finds_it_done(bench: Bench) -> None:
    both = [bench.ask(STATION.replace("1s", "2s")) for _ in range(2)]
    bench.worker.step(NOW)
    assert [bench.answer(one).state for one in both] == [ReloadState.TAKEN, ReloadState.UNCHANGED]
    assert bench.done == ["end plc", "renew", "begin"]
    assert len(bench.journal("configuration")) == 2


def test_a_request_that_was_withdrawn_is_not_carried_out(bench: Bench) -> None:
    asked = bench.ask(STATION.replace("1s", "2s"))
    assert bench.requests.withdraw(asked, "nobody took it up", NOW.wall_ms)
    bench.worker.step(NOW)
    assert (bench.done, bench.answer(asked).state) == ([], ReloadState.WITHDRAWN)


def test_what_is_withdrawn_while_the_file_is_read_is_not_carried_out(bench: Bench) -> None:
    """Whoever asked was told that nobody took it up."""
    asked = bench.ask(STATION.replace("1s", "2s"))

    def read(path: Path) -> Configuration:
        bench.requests.withdraw(asked, "nobody took it up", NOW.wall_ms)
        return load(path, {})

    bench.load = read
    bench.worker.step(NOW)
    assert (bench.done, bench.answer(asked).state) == ([], ReloadState.WITHDRAWN)
    assert len(bench.journal("configuration")) == 1


def test_a_daemon_that_ends_gives_the_reading_up_and_leaves_the_answer_to_the_next_start(bench: Bench) -> None:
    asked = bench.ask(STATION.replace("1s", "2s"))

    def ends(path: Path) -> Configuration:
        bench.worker.interrupt()
        raise GatewayError("given up")

    bench.load = ends
    with pytest.raises(GatewayError):
        bench.worker.step(NOW)
    bench.worker.step(NOW)
    assert bench.done == ["give up"]
    assert bench.answer(asked).state is ReloadState.WAITING
    assert bench.journal("configuration_refused") == []


def test_there_are_never_two_clerks(bench: Bench) -> None:
    """One that does not end at all is the watchdog's, or a start of the whole."""
    waited_s: list[float] = []
    bench.workers.clerk = SimpleNamespace(name="clerk", patience_s=120.0)
    bench.process.end = lambda workers, within_s: waited_s.append(within_s) or not bench.is_clerk(workers)
    asked = bench.ask(STATION.replace("1s", "2s"))
    with pytest.raises(GatewayError, match="clerk"):
        bench.worker.step(NOW)
    assert waited_s == [END_WITHIN_S, 120.0]
    assert bench.done == ["end plc", "start again"]
    assert bench.answer(asked).state is ReloadState.TAKING


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "so"
    file.touch(mode=0o600)
    file.write_text("mat-khau")
    return file


@pytest.mark.parametrize("change", ["", "NUO002"], ids=["reload", "restart"])
@pytest.mark.parametrize(
    ("lies", "why"), [("nowhere", "does not exist"), ("gateway.yaml/so", "cannot be read (Not a directory)")]
)
def test_a_secret_that_cannot_be_read_is_refused_whatever_may_be_done(
    bench: Bench, tmp_path: Path, lies: str, why: str, change: str
) -> None:
    file = tmp_path / lies
    text = STATION.replace("NUO001", change or "NUO001") + DESTINATION.replace("SECRET", str(file))
    asked = bench.ask(text, may_restart=True)
    bench.worker.step(NOW)
    answer = bench.answer(asked)
    assert (answer.state, bench.done) == (ReloadState.REFUSED, [])
    assert "cannot read" in answer.outcome.why
    (told,) = answer.outcome.problems
    assert told.startswith(f"{bench.file}:14: destinations.so.password: {file} {why}; ")
    assert bench.journal("configuration_refused")[-1]["problems"] == [told]


def test_one_that_could_be_read_at_the_start_is_missed_until_it_is_back(
    journey: Journey, tmp_path: Path, secret: Path
) -> None:
    text = STATION + DESTINATION.replace("SECRET", str(secret))
    bench = Bench(journey.database, tmp_path, text)
    secret.rename(tmp_path / "aside")
    first = bench.ask(text.replace("1s", "2s"))
    bench.worker.step(NOW)
    assert (bench.answer(first).state, bench.done) == (ReloadState.REFUSED, [])
    (tmp_path / "aside").rename(secret)
    second = bench.ask(text.replace("1s", "2s"))
    bench.worker.step(NOW)
    assert (bench.answer(second).state, bench.answer(second).outcome.notes) == (ReloadState.TAKEN, ())


def test_one_that_could_not_be_read_before_either_does_not_hinder_what_is_changed_elsewhere(
    journey: Journey, tmp_path: Path
) -> None:
    """The integrator has no password yet, and measuring goes on being set up."""
    text = STATION + DESTINATION.replace("SECRET", str(tmp_path / "so"))
    bench = Bench(journey.database, tmp_path, text)
    asked = bench.ask(text.replace("1s", "2s"))
    bench.worker.step(NOW)
    answer = bench.answer(asked)
    assert (answer.state, bench.done) == (ReloadState.TAKEN, ["end plc", "renew", "begin"])
    assert answer.outcome.notes == (
        f"destinations.so.password cannot be read now as before: {tmp_path / 'so'} does not exist",
    )
    other = bench.ask(text.replace(str(tmp_path / "so"), str(tmp_path / "elsewhere")))
    bench.worker.step(NOW)
    assert bench.answer(other).state is ReloadState.REFUSED


def test_secrets_that_others_read_or_nobody_are_not_the_daemons(bench: Bench, tmp_path: Path) -> None:
    idle = DESTINATION.replace("SECRET", str(tmp_path / "so")) + "    only_if_special: true\n"
    page = f"web: {{}}\nmetrics: {{token: {{file: {tmp_path / 'token'}}}}}\n"
    asked = bench.ask(STATION + idle + page)
    bench.worker.step(NOW)
    assert (bench.answer(asked).state, bench.answer(asked).outcome.problems) == (ReloadState.TAKEN, ())
