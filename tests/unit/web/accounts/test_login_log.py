"""What the station's journal is told of the page's door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.acts.outcomes import ActOutcomes
from gateway.acts.request_folder import RequestFolder
from gateway.acts.request_worker import RequestWorker
from gateway.config import load
from gateway.core.act import ActRequest, NoteLogin
from gateway.core.instants import HOUR_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.login_state import LoginState
from gateway.core.role import Role
from gateway.db import Database, open_database
from gateway.web.accounts.login import LoginTry, PasswordLogin
from gateway.web.accounts.login_log import LoginLog
from gateway.web.accounts.untold import untold_failures
from tests.support.clock import FakeClock
from tests.support.journey import MIDNIGHT_MS
from tests.support.visitor import station_with_page

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS


@pytest.fixture
def folder(tmp_path: Path) -> RequestFolder:
    (tmp_path / "page").mkdir()
    return RequestFolder(tmp_path / "page")


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path / "gateway.db")
    yield made
    made.close()


@pytest.fixture
def log(database: Database, folder: RequestFolder, station: Database) -> LoginLog:
    @contextmanager
    def opened() -> Iterator[Database]:
        yield station

    return LoginLog(database, folder, opened)


def left(folder: RequestFolder) -> list[ActRequest]:
    found = [folder.read(one) for one in folder.ids()]
    assert all(isinstance(one, ActRequest) for one in found)
    return sorted((one for one in found if isinstance(one, ActRequest)), key=lambda one: one.asked_ms)


def deed(request: ActRequest) -> NoteLogin:
    assert isinstance(request.deed, NoteLogin)
    return request.deed


def at(now_ms: int) -> Instant:
    return Instant(now_ms, now_ms / 1000)


def test_who_comes_and_goes_is_told(log: LoginLog, folder: RequestFolder) -> None:
    log.came("lan", Role.OPERATOR, "192.0.2.7", NOON_MS)
    log.changed_password("lan", Role.OPERATOR, "192.0.2.7", NOON_MS + 1)
    log.went("lan", Role.OPERATOR, "192.0.2.7", NOON_MS + 2)
    told = left(folder)
    assert [deed(one).state for one in told] == [LoginState.LOGGED_IN, LoginState.PASSWORD, LoginState.LOGGED_OUT]
    assert {one.who for one in told} == {"lan@page"}


def test_whoever_comes_all_the_time_is_summed_up(log: LoginLog, folder: RequestFolder) -> None:
    for number in range(100):
        log.came("lan", Role.OPERATOR, "192.0.2.7", NOON_MS + number * 1000)
    assert len(left(folder)) == 12
    log.came("lan", Role.OPERATOR, "192.0.2.7", NOON_MS + HOUR_MS + MINUTE_MS)
    last = deed(left(folder)[-1])
    assert (last.times, last.since_ms) == (89, NOON_MS + 12_000)


def test_failures_are_told_together_and_never_by_a_name_that_was_typed(
    log: LoginLog, log_in: PasswordLogin, folder: RequestFolder, database: Database
) -> None:
    for later_ms in range(3):
        log_in.attempt(LoginTry("lan", "wrong", "192.0.2.7"), NOON_MS + later_ms)
        log_in.attempt(LoginTry("my password", "lan", "192.0.2.7"), NOON_MS + later_ms)
    log.tell_failures(at(NOON_MS + 10))
    told = {one.who: deed(one) for one in left(folder)}
    assert {who: (one.state, one.times) for who, one in told.items()} == {
        "lan@page": (LoginState.REFUSED, 3),
        "?@page": (LoginState.REFUSED, 3),
    }
    log_in.attempt(LoginTry("so.tnmt", "wrong", "192.0.2.7"), NOON_MS + 20)
    log.tell_failures(at(NOON_MS + MINUTE_MS))
    assert len(left(folder)) == 2
    log.tell_failures(at(NOON_MS + 11 * MINUTE_MS))
    assert len(left(folder)) == 3
    assert untold_failures(database) == []


def test_what_cannot_be_told_now_is_told_later_and_keeps_nobody_out(
    log: LoginLog, log_in: PasswordLogin, folder: RequestFolder, database: Database
) -> None:
    folder.folder.write_text("in the way", "utf-8")
    log_in.attempt(LoginTry("lan", "wrong", "192.0.2.7"), NOON_MS)
    log.came("lan", Role.OPERATOR, "192.0.2.7", NOON_MS)
    log.tell_failures(at(NOON_MS))
    assert len(untold_failures(database)) == 1
    folder.folder.unlink()
    log.tell_failures(at(NOON_MS + 1))
    log.came("lan", Role.OPERATOR, "192.0.2.7", NOON_MS + 2)
    refused, came = left(folder)
    assert deed(refused).state is LoginState.REFUSED
    assert (deed(came).times, deed(came).since_ms) == (2, NOON_MS)


def test_it_reaches_the_journal_and_leaves_the_folder(
    log: LoginLog, folder: RequestFolder, station: Database, tmp_path: Path
) -> None:
    (tmp_path / "station").mkdir()
    config = station_with_page(tmp_path / "station", "{}")
    log.came("lan", Role.OPERATOR, "192.0.2.7", NOON_MS)
    worker = RequestWorker(load(config), tmp_path / "page", station, FakeClock(NOON_MS))
    worker.step(at(NOON_MS))
    rows = station.read("SELECT who, what FROM sound_journal WHERE kind = 'login'")
    assert [row[0] for row in rows] == ["lan@page"]
    assert '"state":"in"' in rows[0][1]
    assert ActOutcomes(station).settled(folder.ids()) == set(folder.ids())
    log.tell_failures(at(NOON_MS + MINUTE_MS))
    assert folder.ids() == []
