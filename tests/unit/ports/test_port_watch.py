"""The watch over fakes: what becomes an event, when, and what stays in the database over restarts."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest

from gateway.audit.events import EventStore
from gateway.config.ports.port_name import parse_port_id
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import StoreFull
from gateway.core.findings import Finding, Topic
from gateway.core.ports import DeclaredPort, FoundPort, PortKind, PortLook, PortState, Violation, ViolationKind
from gateway.db import Database
from gateway.db.board import Board
from gateway.ports.kept_ports import KeptPorts
from gateway.ports.kernel_news import TOLD, ToldPorts
from gateway.ports.lasting_violations import forget_violations
from gateway.ports.port_watch import PortWatch, WatchSettings
from gateway.ports.seen_ports import SeenPorts
from tests.support.clock import FakeClock
from tests.support.journey import Journey

SWEEP_S = 60.0


def found(name: str, identity: str | None = "0781:5567", *, occupied: bool | None = True) -> FoundPort:
    return FoundPort(parse_port_id(name), occupied, identity if occupied else None, "a stick" if occupied else "")


def declared(name: str, state: PortState, match: str | None = None) -> DeclaredPort:
    return DeclaredPort(parse_port_id(name), state, match=match)


@dataclass
class FakeBox:
    """In the test's hand; counts looks."""

    ports: dict[str, FoundPort] = field(default_factory=dict)
    unseen: dict[PortKind, str] = field(default_factory=dict)
    looked_at: list[frozenset[PortKind] | None] = field(default_factory=list)

    def put(self, *many: FoundPort) -> None:
        self.ports.update({str(one.id): one for one in many})

    def look(self) -> PortLook:
        self.looked_at.append(None)
        return self._look(frozenset(PortKind))

    def look_at(self, kinds: Collection[PortKind]) -> PortLook:
        self.looked_at.append(frozenset(kinds))
        return self._look(kinds)

    def _look(self, kinds: Collection[PortKind]) -> PortLook:
        shown = [one for one in self.ports.values() if one.id.kind in kinds and one.id.kind not in self.unseen]
        return PortLook(tuple(shown), {kind: why for kind, why in self.unseen.items() if kind in kinds})


@dataclass
class FakeNews:
    kinds: frozenset[PortKind] = frozenset()
    plugged: tuple[FoundPort, ...] = ()
    is_closed: bool = False

    def told(self) -> ToldPorts:
        told = ToldPorts(self.kinds, self.plugged)
        self.kinds, self.plugged = frozenset(), ()
        return told

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeDrift:
    many: Sequence[Violation] = ()

    def violations(self) -> Sequence[Violation]:
        return self.many


class Station:
    """A watch with a real database; `restart` makes another one over the same."""

    def __init__(self, database: Database, *ports: DeclaredPort, undeclared_counts: bool = True) -> None:
        self.database = database
        self.ports = ports
        self.box, self.neighbours, self.drift, self.news = FakeBox(), FakeBox(), FakeDrift(), FakeNews()
        self.clock = FakeClock()
        self.events = EventStore(database)
        self.settings = WatchSettings(SWEEP_S, undeclared_counts)
        self.restart()

    def restart(self) -> None:
        self.board = Board(self.database)
        self.kept = KeptPorts(SeenPorts(self.database))
        self.watch = PortWatch(
            self.ports,
            self.box,
            self.neighbours,
            self.drift,
            self.events,
            self.kept,
            self.board,
            lambda: self.news,
            self.settings,
        )

    def pass_time(self, seconds: float) -> None:
        """As the supervisor calls it."""
        until_s = self.clock.mono_s + seconds
        next_s = self.watch.step(self.clock.now())
        while next_s <= until_s:
            next_s = self.watch.step(self.clock.advance(next_s - self.clock.mono_s))
        self.clock.advance(until_s - self.clock.mono_s)

    @property
    def told(self) -> list[Finding]:
        return self.events.findings(Topic.PORT, 0, 1 << 60)

    @property
    def words(self) -> list[tuple[str, str, bool]]:
        return [(one.subject, one.episode.kind, one.episode.end_ms is None) for one in self.told]


@pytest.fixture
def database(journey: Journey) -> Database:
    return journey.database


def test_a_stick_in_an_unused_socket_is_an_event_from_plug_to_pull(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="gateway.ports")
    station = Station(database, declared("usb:1-1.3", PortState.UNUSED))
    station.box.put(found("usb:1-1.3", occupied=False))
    station.pass_time(90)
    assert station.words == []
    station.box.put(found("usb:1-1.3"))
    station.news.kinds = frozenset({PortKind.USB})
    station.pass_time(1)
    assert station.words == [("usb:1-1.3", "device-in-unused", True)]
    station.pass_time(200)
    station.box.put(found("usb:1-1.3", occupied=False))
    station.news.kinds = frozenset({PortKind.USB})
    station.pass_time(1)
    assert station.words == [("usb:1-1.3", "device-in-unused", False)]
    assert [(one.levelname, one.getMessage().split(" detail=")[0].split(" since=")[0]) for one in caplog.records] == [
        ("ERROR", "a port is not as declared violation=device-in-unused port=usb:1-1.3 state=began"),
        ("INFO", "a port is as declared again violation=device-in-unused port=usb:1-1.3 state=ended"),
    ]


def test_a_stick_that_was_gone_before_anybody_looked_is_an_event_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = Station(
        database, declared("usb:1-1.3", PortState.UNUSED), declared("usb:1-1.2", PortState.USED, "1a86:7523")
    )
    station.box.put(found("usb:1-1.3", occupied=False), found("usb:1-1.2", "1a86:7523"))
    station.pass_time(2)
    station.news.kinds = frozenset({PortKind.USB})
    station.news.plugged = (found("usb:1-1.3"), found("usb:1-1.2", "1a86:7523"))
    with monkeypatch.context() as patch:
        patch.setattr(station.events, "note", full)
        with pytest.raises(StoreFull):
            station.watch.step(station.clock.advance(1.0))
    station.pass_time(1)
    assert station.words == [("usb:1-1.3", "device-in-unused", False)]
    station.pass_time(120)
    assert len(station.words) == 1


def full(many: Sequence[Finding], now_ms: int) -> None:
    raise StoreFull("the card is full")


def test_what_nobody_told_of_is_found_by_the_sweep(database: Database) -> None:
    station = Station(database, declared("usb:1-1.3", PortState.UNUSED))
    station.pass_time(1)
    station.box.put(found("usb:1-1.3"))
    station.pass_time(SWEEP_S - 5)
    assert station.words == []
    station.pass_time(6)
    assert station.words == [("usb:1-1.3", "device-in-unused", True)]


def test_what_is_told_of_is_looked_at_then_and_once_more(database: Database) -> None:
    station = Station(database)
    station.pass_time(3)
    assert station.box.looked_at == [None]
    net = frozenset({PortKind.NET})
    station.news.kinds = net
    station.pass_time(3)
    assert station.box.looked_at[1:] == [net, net], "it may not have been whole yet"
    station.box.put(found("listen:tcp:8080", "python3"))
    station.news.kinds = frozenset({PortKind.LISTEN})
    station.pass_time(0)
    assert station.words == [("listen:tcp:8080", "undeclared-listener", True)]


def test_where_nobody_tells_everything_is_looked_at_each_second(database: Database) -> None:
    station = Station(database, declared("net:eth1", PortState.LOCKED))
    station.pass_time(5)
    station.news.kinds = TOLD
    station.box.put(found("net:eth1", None))
    station.pass_time(1)
    assert station.words == [("net:eth1", "link-on-locked", True)]


def test_a_restart_neither_repeats_nor_ends_what_lasts(database: Database) -> None:
    station = Station(database, declared("usb:1-1.3", PortState.UNUSED), declared("net:eth1", PortState.USED))
    station.box.put(found("usb:1-1.3"), found("net:eth1", occupied=False))
    station.pass_time(5)
    before = station.told
    assert len(before) == 2
    for _ in range(3):
        station.restart()
        station.pass_time(5)
    assert station.told == before
    station.box.put(found("usb:1-1.3", occupied=False), found("net:eth1", None))
    station.restart()
    station.pass_time(5)
    assert [one.episode.end_ms is None for one in station.told] == [False, False]


def test_another_stick_that_came_while_nobody_looked_is_another_violation(database: Database) -> None:
    station = Station(database, declared("usb:1-1.3", PortState.UNUSED))
    station.box.put(found("usb:1-1.3"))
    station.pass_time(5)
    station.box.put(found("usb:1-1.3", "1d6b:0104"))
    station.restart()
    station.pass_time(5)
    assert station.words == [("usb:1-1.3", "device-in-unused", False), ("usb:1-1.3", "device-in-unused", True)]


def test_what_cannot_be_looked_at_is_shown_and_ends_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    station = Station(database, declared("usb:1-1.3", PortState.UNUSED))
    station.box.put(found("usb:1-1.3"))
    station.pass_time(5)
    station.box.unseen = {PortKind.USB: "not permitted"}
    station.pass_time(200)
    assert station.words == [("usb:1-1.3", "device-in-unused", True)]
    stage = station.board._components[ComponentKind.STAGE, "ports"]
    assert (stage.state, stage.last_error) == (ComponentState.FAILING, "usb: not permitted")
    assert [one.found.id.place for one in SeenPorts(database).all()] == ["1-1.3"]
    station.box.unseen = {}
    station.pass_time(SWEEP_S)
    assert station.board._components[ComponentKind.STAGE, "ports"].state is ComponentState.WORKING
    assert sum("cannot be looked at" in one.getMessage() for one in caplog.records) == 1


def test_doors_of_neighbours_are_judged_by_their_newest_answers(database: Database) -> None:
    station = Station(
        database, declared("tcp:192.168.1.10:80", PortState.LOCKED), declared("tcp:192.168.1.10:502", PortState.USED)
    )
    station.pass_time(200)
    assert station.words == [], "not asked yet"
    station.neighbours.put(found("tcp:192.168.1.10:80", None), found("tcp:192.168.1.10:502", occupied=False))
    station.pass_time(1)
    assert sorted(station.words) == [
        ("tcp:192.168.1.10:502", "missing-device", True),
        ("tcp:192.168.1.10:80", "door-open", True),
    ]
    station.neighbours.put(found("tcp:192.168.1.10:80", None, occupied=None))
    station.pass_time(200)
    assert all(lasts for _, _, lasts in station.words), "nobody can tell"
    station.neighbours.put(found("tcp:192.168.1.10:80", None, occupied=False), found("tcp:192.168.1.10:502", None))
    station.pass_time(1)
    assert not any(lasts for _, _, lasts in station.words)


def test_what_is_not_closed_any_more_as_it_was(database: Database) -> None:
    station = Station(database)
    drifted = Violation(parse_port_id("panel:policy"), ViolationKind.POLICY_DRIFT, "the firewall has no such rule")
    station.drift.many = [drifted]
    station.pass_time(2 * SWEEP_S)
    assert station.words == [("panel:policy", "policy-drift", True)]
    station.restart()
    station.pass_time(2)
    station.drift.many = []
    station.pass_time(SWEEP_S)
    assert station.words == [("panel:policy", "policy-drift", False)], "the same one"


def test_undeclared_ports_may_count_for_a_line_in_the_log_only(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    station = Station(database, undeclared_counts=False)
    station.box.put(found("usb:1-1.3"), found("listen:tcp:8080", "python3"))
    station.pass_time(200)
    assert station.words == []
    assert [one.getMessage().split(" detail=")[0] for one in caplog.records] == [
        "a port is not declared port=listen:tcp:8080",
        "a port is not declared port=usb:1-1.3",
    ]


def test_an_undeclared_port_that_is_declared_ends_its_violation(database: Database) -> None:
    station = Station(database)
    station.box.put(found("usb:1-1.3"))
    station.pass_time(2)
    station.ports = (declared("usb:1-1.3", PortState.USED, "0781:5567"),)
    station.restart()
    station.pass_time(2)
    assert station.words == [("usb:1-1.3", "undeclared-device", False)]


def test_what_could_not_be_written_is_news_at_the_next_look(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = Station(database, declared("usb:1-1.3", PortState.UNUSED))
    station.pass_time(2)
    station.box.put(found("usb:1-1.3"))
    station.news.kinds = frozenset({PortKind.USB})

    with monkeypatch.context() as patch:
        patch.setattr(station.events, "note", full)
        for _ in range(3):
            with pytest.raises(StoreFull):
                station.watch.step(station.clock.advance(1.0))
    station.pass_time(1)
    assert station.words == [("usb:1-1.3", "device-in-unused", True)]


def test_what_was_seen_stands_in_the_database_since_when_it_is_so(database: Database) -> None:
    station = Station(database, declared("usb:1-1.3", PortState.UNUSED))
    station.box.put(found("usb:1-1.3", occupied=False), found("usb:1-1.4", "1a86:7523"), found("listen:tcp:22", "sshd"))
    first_ms = station.clock.wall_ms
    station.pass_time(2)
    station.restart()
    station.box.put(found("usb:1-1.3"))
    del station.box.ports["listen:tcp:22"]
    later_ms = station.clock.wall_ms
    station.pass_time(2)
    seen = {str(one.found.id): (one.found.is_occupied, one.since_ms) for one in SeenPorts(database).all()}
    assert seen == {"usb:1-1.3": (True, later_ms), "usb:1-1.4": (True, first_ms)}


def test_a_quiet_station_writes_nothing(database: Database) -> None:
    station = Station(database, declared("usb:1-1.3", PortState.UNUSED))
    station.box.put(found("usb:1-1.3"), found("listen:tcp:22", "sshd"))
    station.pass_time(5)
    (before,) = database.read("SELECT total_changes()")
    station.pass_time(1800)
    (after,) = database.read("SELECT total_changes()")
    assert after[0] == before[0]
    station.pass_time(1800)
    (last, _) = (one.episode.last_ms for one in station.told)
    assert station.clock.wall_ms - last < 3_600_000, "and yet an hourly sign that it lasts"


def test_an_event_that_somebody_wrote_by_hand_stops_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO event (topic, kind, subject, detail, began_ms, last_ms, count)"
            " VALUES ('port', ?, ?, '', 1, 2, 1)",
            [("device-in-unused", "no port"), ("no kind", "usb:1-1.3"), ("undeclared-device", "panel:logger")],
        )
    station = Station(database)
    station.pass_time(2)
    assert not any(lasts for _, _, lasts in station.words)
    assert len(station.words) == 3


def test_where_nothing_is_declared_any_more_nothing_lasts(database: Database) -> None:
    station = Station(database)
    station.box.put(found("usb:1-1.3"))
    station.pass_time(2)
    forget_violations(station.events, station.clock.wall_ms)
    assert station.words == [("usb:1-1.3", "undeclared-device", False)]


def test_it_closes_what_it_listens_to(database: Database) -> None:
    station = Station(database)
    station.watch.close()
    station.pass_time(1)
    station.watch.interrupt()
    station.watch.close()
    assert station.news.is_closed
