"""A destination with its two lanes on a real database, called when they ask to be called."""

from __future__ import annotations

from collections.abc import Callable

from gateway.core.interfaces import ClockTrust, Instant, Uplink
from gateway.db.board import Board
from gateway.outbox.courier import Courier
from gateway.outbox.in_flight import InFlight
from gateway.outbox.lanes import Lane, Route
from gateway.outbox.login_breaker import LoginBreaker, open_until_s
from gateway.outbox.outages import rejected_ms
from gateway.runtime.clock import AlwaysTrusted
from tests.support.clock import FakeClock
from tests.support.fake_server import FakeServer, FakeUplink
from tests.support.journey import SLOT_MS, Journey


class Destination:
    """Two couriers, one server, a clock. Without chance: pauses are half their longest."""

    def __init__(self, journey: Journey, clock: FakeClock, name: str = "so-tnmt") -> None:
        self.name = name
        self.journey = journey
        self.clock = clock
        self.server = FakeServer()
        self.chance: Callable[[], float] = lambda: 0.0
        self.route = Route(name, "%Y/%m/%d", "Asia/Ho_Chi_Minh", SLOT_MS)
        self.changed_ms = 0
        """When somebody last changed the configuration or a secret."""
        self.trust: ClockTrust = AlwaysTrusted(clock)
        self.uplink: Callable[[Lane], Uplink] = lambda _: FakeUplink(self.server)
        self.restart()

    def restart(self) -> None:
        """New couriers that know nothing but the database."""
        self.board = Board(self.journey.database)
        rejected = rejected_ms(self.journey.database, self.name)
        in_flight, breaker = InFlight(), LoginBreaker(open_until_s(rejected, self.changed_ms, self.clock.now()))
        self.lanes = {
            lane: Courier(
                self.route,
                lane,
                self.uplink(lane),
                self.journey.outbox,
                self.journey.files,
                in_flight,
                breaker,
                self.board,
                self.clock,
                self.trust,
                lambda: self.chance(),
            )
            for lane in Lane
        }
        self._due_s = dict.fromkeys(Lane, float("-inf"))

    def step(self, lane: Lane) -> float:
        self._due_s[lane] = self.lanes[lane].step(self.clock.now())
        return self._due_s[lane]

    def live(self, seconds: float) -> None:
        """Call each courier when it asked to be called, second by second."""
        until_s = self.clock.mono_s + seconds
        while True:
            for lane in Lane:
                for _ in range(100):
                    if self._due_s[lane] > self.clock.mono_s:
                        break
                    self.step(lane)
                else:
                    raise AssertionError(f"{lane} never rests")
            if self.clock.mono_s >= until_s:
                return
            self.clock.advance(1.0)

    def tries(self) -> dict[int, int]:
        """How often each slot was tried."""
        rows = self.journey.database.read(
            "SELECT delivery.end_ms, tries FROM delivery JOIN destination ON destination.id = destination_id"
            " WHERE name = ?",
            (self.name,),
        )
        return dict(rows)

    def state(self) -> str:
        self.board.step(Instant(0, 0.0))
        return str(self.journey.database.read("SELECT state FROM component WHERE name = ?", (self.name,))[0][0])
