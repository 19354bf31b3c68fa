"""Two destinations that log in to one account, with a real server that counts the log-ins."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from gateway.core.backoff import REJECTED_S
from gateway.db.board import Board
from gateway.outbox.courier import Courier
from gateway.outbox.in_flight import InFlight
from gateway.outbox.lanes import Lane, Route
from gateway.outbox.login_breaker import LoginBreaker
from gateway.outbox.login_turns import LoginTurns
from gateway.outbox.outages import outages
from gateway.runtime.clock import AlwaysTrusted
from gateway.uplinks.pool.connection_pool import ConnectionPool
from tests.contract.uplinks.sites import RealSite
from tests.support.clock import FakeClock
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS
NAMES = ("so-tnmt", "bo-tnmt")


@dataclass
class Account:
    """Both destinations with both lanes, on a real database."""

    site: RealSite
    journey: Journey
    passwords: dict[str, str]
    paths: dict[str, str] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON_MS))

    def __post_init__(self) -> None:
        board, turns = Board(self.journey.database), LoginTurns()
        self.pool: ConnectionPool[object] = ConnectionPool(2, self.clock)
        self.couriers = {}
        for name in NAMES:
            in_flight, breaker = InFlight(), LoginBreaker(None, turns, name)
            for lane in Lane:
                self.couriers[name, lane] = Courier(
                    Route(name, "%Y/%m/%d", "Asia/Ho_Chi_Minh", SLOT_MS),
                    lane,
                    self.site.uplink(
                        password=lambda name=name: self.passwords[name],  # type: ignore[misc]
                        path=self.paths.get(name),
                        pool=self.pool,
                        urgent=lane is Lane.LIVE,
                    ),
                    self.journey.outbox,
                    self.journey.files,
                    in_flight,
                    breaker,
                    board,
                    self.clock,
                    AlwaysTrusted(self.clock),
                    lambda: 0.0,
                )

    def step(self) -> None:
        """All of them at once."""
        threads = [
            threading.Thread(target=courier.step, args=(self.clock.now(),)) for courier in self.couriers.values()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def delivered(self) -> set[str]:
        return {path.split("/")[0] for path in self.site.files()}

    def close(self) -> None:
        for courier in self.couriers.values():
            courier.close()
        self.journey.database.close()


def waiting(folder: Path) -> Journey:
    """A new file and an old one for each."""
    journey = Journey(folder)
    for end_ms in (NOON_MS, NOON_MS - 2 * HOUR_MS):
        journey.send(end_ms, list(NAMES))
    return journey


def test_a_wrong_password_is_tried_once_for_all(prompt_site: RealSite, tmp_path: Path) -> None:
    tried = Account(prompt_site, waiting(tmp_path), dict.fromkeys(NAMES, "a wrong password"))
    before = refusals(prompt_site)
    for _ in range(8):
        tried.step()
        tried.clock.advance(100.0)
    assert refusals(prompt_site) - before == 1
    for name in NAMES:
        (outage,) = outages(tried.journey.database, name, 0, 1 << 60)
        assert outage.outage.cause == "rejected", "the one that did not try knows it as well"
        assert "password" in outage.error
    tried.clock.advance(REJECTED_S)
    tried.passwords.update(dict.fromkeys(NAMES, prompt_site.server.password))
    for _ in range(6):
        tried.step()
        tried.clock.advance(LOOK_S)
    assert set(tried.journey.deliveries().values()) == {"delivered"}
    tried.close()


LOOK_S = 6.0


def refusals(site: RealSite) -> int:
    said = site.server.said()
    words = ("Failed password", "FAIL LOGIN", "530 ", "Authentication failed", "no such user", "Incorrect password")
    return max(said.count(word) for word in words)


def test_a_folder_that_one_may_not_write_holds_up_nobody_else(prompt_site: RealSite, tmp_path: Path) -> None:
    passwords = dict.fromkeys(NAMES, prompt_site.server.password)
    paths = {NAMES[0]: prompt_site.server.denied_path}
    tried = Account(prompt_site, waiting(tmp_path), passwords, paths)
    for _ in range(6):
        tried.step()
        tried.clock.advance(LOOK_S)
    states = tried.journey.deliveries()
    (outage,) = outages(tried.journey.database, NAMES[0], 0, 1 << 60)
    assert outage.outage.cause == "rejected"
    assert not outages(tried.journey.database, NAMES[1], 0, 1 << 60)
    assert sorted(states.values()) == ["delivered"] * 2 + ["waiting"] * 2
    tried.close()
