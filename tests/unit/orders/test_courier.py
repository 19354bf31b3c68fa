"""Orders go to a real server: what is refused harms no other, what is not answered goes again, nothing goes changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.core.backoff import REJECTED_S
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.interfaces import Instant
from gateway.core.lateness import DelayCause, Downtime
from gateway.core.order_uplink import OrderAccepted, OrderParcel, OrderPutOff, OrderRefused, OrderUplink
from gateway.core.transport_order import PROMISED_MS, NewOrder, OrderState, OrderWay, TransportOrder
from gateway.db import Database
from gateway.orders.courier import OrderCourier
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.outcomes import OrderOutcomes
from gateway.orders.store import OrderStore
from gateway.orders.tries import TryOutcome, order_tries
from gateway.outbox.in_flight import InFlight
from gateway.outbox.login_breaker import LoginBreaker
from gateway.outbox.outages import outages
from stationsim.road.administration import SimulatedRoadAdministration
from tests.support.new_database import new_database
from tests.support.road import open_road, parcel, way_to

START_MS = 1_767_225_600_000


class HandClock:
    """Time stands still until it is moved."""

    def __init__(self) -> None:
        self.at = Instant(START_MS, 1_000.0)

    def now(self) -> Instant:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at = Instant(self.at.wall_ms + round(seconds * 1000), self.at.mono_s + seconds)


@dataclass
class Trust:
    trusted: bool = True
    boot_id: str = "boot"

    def is_trusted(self, now: Instant) -> bool:
        return self.trusted

    def stamp_ms(self, mono_s: float) -> int | None:
        return None

    def wants_authority_time(self) -> bool:
        return False

    def authority_said(self, destination: str, said: Any) -> None:
        return None


@dataclass
class Board:
    state: ComponentState | None = None
    error: str | None = None

    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        changed, self.state, self.error = self.state is not state, state, error or self.error
        return changed


@dataclass
class HeldUp:
    """A way to the server whose request waits for somebody."""

    way: OrderUplink
    carries: threading.Event
    goes_on: threading.Event
    orders: list[str] = field(default_factory=list)

    def submit(self, parcels: Sequence[OrderParcel]) -> Iterator[OrderAccepted | OrderRefused | OrderPutOff]:
        self.orders += [one.id for one in parcels]
        self.carries.set()
        assert self.goes_on.wait(60)
        yield from self.way.submit(parcels)

    def size_of(self, parcel: OrderParcel) -> int:
        return self.way.size_of(parcel)

    def abort(self) -> None:
        self.way.abort()

    def close(self) -> None:
        self.way.close()


@dataclass
class Station:
    """A coach station's half: orders are kept by `submit`, and carried by `go`."""

    database: Database
    store: OrderStore
    road: SimulatedRoadAdministration
    clock: HandClock
    trust: Trust
    board: Board
    courier: OrderCourier
    spool: Path
    downtimes: list[Downtime] = field(default_factory=list)
    in_flight: InFlight = field(default_factory=InFlight)

    def submit(self, *names: str, **members: Any) -> None:
        for name in names:
            document = parcel(name, **members).document
            new = NewOrder(name, START_MS, "30E12345", b"{}", "c" * 64, document)
            self.store.add(new, OrderWay.SPOOL, "", self.clock.at.wall_ms)

    def go(self, steps: int = 1, pause_s: float = 0.0) -> None:
        for _ in range(steps):
            self.clock.forward(pause_s)
            self.courier.step(self.clock.now())

    def beside(self, uplink: OrderUplink, most_bytes: int) -> OrderCourier:
        """Another courier to the same destination."""
        outcomes = OrderOutcomes(self.database, self.store, lambda from_ms, until_ms: self.downtimes)
        breaker = LoginBreaker(destination="road")
        return OrderCourier(
            *("road", uplink, most_bytes, self.store, outcomes, breaker, self.board, self.clock, self.trust),
            lambda: 0.5,
            self.in_flight,
        )

    def order(self, name: str) -> TransportOrder:
        found = self.store.find(name)
        assert found is not None
        return found

    def states(self, *names: str) -> list[str]:
        return [self.order(name).state.value for name in names]

    def tried(self, name: str) -> list[TryOutcome]:
        return [one.outcome for one in order_tries(self.database, self.order(name).number)]

    def accepted(self) -> int:
        return self.road.look().accepted

    def journalled(self) -> list[dict[str, Any]]:
        rows = self.database.read("SELECT what FROM sound_journal WHERE kind = 'order' ORDER BY seq")
        return [json.loads(row[0]) for row in rows]


Build = Callable[..., Station]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Makes a station and a server; all of it ends with the test."""
    closing: list[Callable[[], None]] = []

    def build(uplink: dict[str, Any] | None = None, most_bytes: int = 10_000_000, **settings: Any) -> Station:
        road = open_road(tmp_path / "road", **settings)
        database = new_database(tmp_path / "gateway.db")
        store = OrderStore(database, KeptDocuments(tmp_path))
        clock, trust, board = HandClock(), Trust(), Board()
        way = way_to(road, **(uplink or {}))
        downtimes: list[Downtime] = []
        outcomes = OrderOutcomes(database, store, lambda from_ms, until_ms: downtimes)
        breaker = LoginBreaker(destination="road")
        in_flight = InFlight()
        courier = OrderCourier(
            "road", way, most_bytes, store, outcomes, breaker, board, clock, trust, lambda: 0.5, in_flight
        )
        closing.extend((courier.close, road.close, database.close))
        return Station(database, store, road, clock, trust, board, courier, tmp_path, downtimes, in_flight)

    yield build
    for close in closing:
        close()


def test_orders_are_accepted_and_the_answer_is_kept(build: Build) -> None:
    station = build()
    station.submit("A", "B", "C")
    station.go()
    assert station.states("A", "B", "C") == ["accepted"] * 3
    assert station.accepted() == 3
    assert station.road.look().requests == 2  # one log-in, one request
    tried = order_tries(station.database, station.order("A").number)
    assert [(one.outcome, one.code) for one in tried] == [(TryOutcome.ACCEPTED, None)]
    assert json.loads(tried[0].answer) == {"id": "A", "code": 0, "message": "accepted"}
    assert station.order("A").late_cause is None
    assert station.board.state is ComponentState.UP


def test_what_a_courier_that_is_left_alone_still_carries_is_not_sent_by_the_next(build: Build) -> None:
    """A reload waits ten seconds for it to end; an order that is submitted twice is answered twice."""
    station = build()
    station.submit("A", "B")
    held = station.in_flight.claim([station.order("A").number])
    station.go(3)
    assert station.states("A", "B") == ["waiting", "accepted"]
    station.in_flight.release(held)
    station.go()
    assert station.states("A", "B") == ["accepted"] * 2
    assert station.accepted() == 2


def test_two_couriers_share_what_waits_while_one_of_them_is_held_up(build: Build, tmp_path: Path) -> None:
    """A request may take a minute; what is behind it need not wait, and nothing goes twice."""
    station = build(most_bytes=4_000)
    names = [f"L{n:02}" for n in range(12)]
    station.submit(*names)
    carries, goes_on = threading.Event(), threading.Event()
    held_up = HeldUp(way_to(station.road), carries, goes_on)
    other = station.beside(held_up, most_bytes=4_000)
    thread = threading.Thread(target=other.step, args=(station.clock.now(),), daemon=True)
    thread.start()
    assert carries.wait(30)
    station.go(len(names))
    first = held_up.orders
    assert first
    assert station.states(*names) == ["waiting" if name in first else "accepted" for name in names]
    goes_on.set()
    thread.join(30)
    other.close()
    assert station.states(*names) == ["accepted"] * len(names)
    assert [len(station.tried(name)) for name in names] == [1] * len(names)
    assert station.accepted() == len(names)


@pytest.mark.parametrize("code", [400, 415, 20004, 20007, 30001, 30006, 999])
def test_one_refused_order_is_set_aside_with_its_code_and_harms_no_other(build: Build, code: int) -> None:
    station = build()
    station.road.fail(kind="code", code=code, orders=["B"])
    station.submit("A", "B", "C")
    station.go(3)
    assert station.states("A", "B", "C") == ["accepted", "set_aside", "accepted"]
    assert station.order("B").code == code
    assert station.road.look().refused == {str(code): 1}
    assert [(one["act"], one["id"], one["code"]) for one in station.journalled()] == [("set_aside", "B", code)]
    requests = station.road.look().requests
    station.go(5, pause_s=600)
    assert station.road.look().requests == requests  # it is not sent again


@pytest.mark.parametrize("count", [1, 2, 7, 16])
def test_a_request_refused_as_a_whole_is_taken_apart_until_the_culprit_is_alone(build: Build, count: int) -> None:
    station = build(whole=True)
    names = [f"L{n}" for n in range(count)]
    for name in names:
        station.submit(name, **({"images": 7} if name == f"L{count // 2}" else {}))
    station.go(4 * count)
    culprit = names[count // 2]
    assert {name for name in names if station.order(name).state is OrderState.SET_ASIDE} == {culprit}
    assert station.order(culprit).code == 400
    assert station.accepted() == count - 1
    assert station.road.look().duplicates == 0


def test_what_is_said_of_the_sender_keeps_the_others_from_being_burnt(build: Build) -> None:
    station = build(most_bytes=102_000)
    station.submit("A", "B", note="x" * 60_000)
    station.road.fail(kind="status", status=403, code=20003, times=1)
    station.go(5, pause_s=1)
    assert station.states("A", "B") == ["set_aside", "waiting"]
    assert station.order("A").code == 20003
    assert station.board.state is ComponentState.REJECTED
    station.go(1, pause_s=REJECTED_S)
    assert station.states("A", "B") == ["set_aside", "accepted"]


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ({"kind": "status", "status": 503}, DelayCause.SERVER),
        ({"kind": "status", "status": 408}, DelayCause.SERVER),
        ({"kind": "no_json"}, DelayCause.SERVER),
        ({"kind": "unheard"}, DelayCause.LINE),
        ({"kind": "cut", "bytes": 20}, DelayCause.LINE),
    ],
)
def test_what_was_not_answered_goes_again_and_arrives_once_in_effect(
    build: Build, fault: dict[str, Any], cause: DelayCause
) -> None:
    station = build()
    station.submit("A", "B")
    station.road.fail(**fault)
    station.go(3, pause_s=60)
    assert station.states("A", "B") == ["waiting", "waiting"]
    assert station.board.state is ComponentState.DOWN
    station.road.heal()
    station.go(1, pause_s=300)
    assert station.states("A", "B") == ["accepted", "accepted"]
    assert (station.accepted(), station.road.look().altered) == (2, 0)
    assert station.tried("A") == [TryOutcome.FAILED, TryOutcome.ACCEPTED]  # an outage is one row of an order
    told = outages(station.database, "road", 0, 2 * START_MS)
    assert [(one.outage.cause, one.tries, one.outage.ended_ms is None) for one in told] == [(cause, 3, False)]
    assert station.order("A").late_cause == cause.value


def test_a_line_that_is_cut_is_tried_ever_more_rarely(build: Build) -> None:
    station = build()
    station.submit("A")
    station.road.cut()
    pauses = []
    for _ in range(12):
        at_s = station.clock.at.mono_s
        again_s = station.courier.step(station.clock.now())
        pauses.append(again_s - at_s)
        station.clock.forward(again_s - at_s)
    assert pauses[0] <= 2
    assert pauses == sorted(pauses)
    assert 150 <= pauses[-1] <= 300
    station.road.restore()
    station.go()
    assert station.states("A") == ["accepted"]


def test_a_wrong_password_is_tried_four_times_an_hour(build: Build) -> None:
    station = build(uplink={"password": lambda: "wrong"})
    station.submit("A")
    for _ in range(3600):
        station.go(1, pause_s=1)
    assert 4 <= station.road.look().refused_logins <= 5
    assert station.states("A") == ["waiting"]
    assert station.board.state is ComponentState.REJECTED


def test_an_order_that_is_put_off_holds_up_nobody(build: Build) -> None:
    station = build()
    station.road.fail(kind="code", code=503, orders=["A"])
    station.submit("A", "B")
    station.go()
    station.submit("C")
    station.go(1, pause_s=0.1)
    assert station.states("A", "B", "C") == ["waiting", "accepted", "accepted"]
    station.road.heal()
    station.go(2, pause_s=3)
    assert station.states("A") == ["accepted"]
    assert station.tried("A") == [TryOutcome.PUT_OFF, TryOutcome.ACCEPTED]


def test_results_that_are_missing_are_asked_for_again(build: Build) -> None:
    station = build()
    station.submit("A", "B", "C")
    station.road.fail(kind="partial", times=1)
    station.go()
    assert station.states("A", "B", "C") == ["accepted", "waiting", "accepted"]
    station.go(2, pause_s=3)
    assert station.states("B") == ["accepted"]
    assert (station.accepted(), station.road.look().duplicates) == (3, 1)


def test_a_token_that_ends_in_the_middle(build: Build) -> None:
    station = build()
    station.submit("A")
    station.go()
    station.road.fail(kind="expired", times=1)
    station.submit("B")
    station.go()
    assert station.states("A", "B") == ["accepted", "accepted"]
    assert station.road.look().logins == 2


def test_orders_that_can_be_in_time_go_before_those_that_are_late(build: Build) -> None:
    station = build(most_bytes=102_000)
    station.submit("old-1", "old-2", note="x" * 90_000)
    station.clock.forward(PROMISED_MS / 1000 + 1)
    station.submit("new", note="x" * 90_000)
    station.go()
    assert station.states("new", "old-1", "old-2") == ["accepted", "waiting", "waiting"]
    station.go()
    assert station.states("old-1", "old-2") == ["accepted", "waiting"]


def test_a_request_is_never_larger_than_the_authority_takes(build: Build) -> None:
    station = build(body=200_000, most_bytes=200_000)
    names = [f"L{n}" for n in range(40)]
    station.submit(*names, note="x" * 20_000)
    station.go(20)
    assert station.accepted() == 40
    assert 100_000 < station.road.look().largest_body <= 200_000
    assert station.road.look().requests == 6


def test_an_order_that_is_too_large_for_any_request_is_set_aside(build: Build) -> None:
    station = build(most_bytes=100_000)
    station.submit("A", note="x" * 100_000)
    station.submit("B")
    station.go(2)
    assert station.states("A", "B") == ["set_aside", "accepted"]
    assert "more than the authority takes" in (station.order("A").reason or "")


@pytest.mark.parametrize("harm", ["flip", "cut", "gone"])
def test_a_document_that_is_not_as_it_was_signed_is_never_sent(build: Build, harm: str) -> None:
    station = build()
    station.submit("A", "B")
    file = station.spool / "kept" / station.order("A").sha256
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(content if harm == "flip" else content[:-1])
    station.go(2)
    assert station.states("A", "B") == ["set_aside", "accepted"]
    assert "signed document" in (station.order("A").reason or "")
    assert station.accepted() == 1


def test_nothing_goes_while_nobody_vouches_for_the_clock_and_it_is_told_why(build: Build) -> None:
    station = build()
    station.submit("A")
    station.trust.trusted = False
    station.go(20, pause_s=10)
    assert station.road.look().requests == 0
    station.trust.trusted = True
    station.go(1, pause_s=1)
    assert station.order("A").late_cause == DelayCause.CLOCK.value


def test_an_order_is_late_for_the_gateway_was_off(build: Build) -> None:
    station = build()
    station.submit("A")
    station.downtimes.append(Downtime(START_MS + 1_000, START_MS + 400_000))
    station.go(1, pause_s=400)
    assert station.order("A").late_cause == DelayCause.GATEWAY_OFF.value


def test_a_released_order_goes_again_and_is_late_for_it_was_set_aside(build: Build) -> None:
    station = build()
    station.submit("A")
    station.road.fail(kind="code", code=30001, times=1)
    station.go()
    station.clock.forward(1_000)
    with station.database.write() as connection:
        assert station.store.release(connection, station.order("A").number, station.clock.at.wall_ms)
    station.go()
    assert station.states("A") == ["accepted"]
    assert station.order("A").late_cause == DelayCause.REFUSED.value
    assert station.tried("A") == [TryOutcome.REFUSED, TryOutcome.ACCEPTED]


def test_an_idle_connection_is_closed(build: Build) -> None:
    station = build()
    station.submit("A")
    station.go()
    station.go(30, pause_s=1)
    station.submit("B")
    station.go()
    score = station.road.look()
    assert (score.accepted, score.connections, score.logins) == (2, 2, 2)


def test_what_was_sent_is_what_was_signed(build: Build) -> None:
    station = build()
    station.submit("A", note="ĐẶC BIỆT 🚌")
    taken: list[bytes] = []
    inner = station.courier._uplink.submit

    def watch(parcels: Sequence[Any]) -> Any:
        taken.extend(one.document for one in parcels)
        return inner(parcels)

    station.courier._uplink.submit = watch  # type: ignore[method-assign]
    station.go()
    assert taken == [station.store.document(station.order("A"))]
