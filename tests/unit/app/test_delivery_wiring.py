"""Couriers that take the place of others."""

from __future__ import annotations

from pathlib import Path

from gateway.app.delivery_wiring import delivery_workers
from gateway.config.load import load
from gateway.db.board import Board
from gateway.outbox.in_flight import InFlight
from gateway.runtime.clock import AlwaysTrusted
from tests.support.clock import FakeClock
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.measuring_station import secret_file, station_file
from tests.support.servers.private import free_port


def test_a_courier_leaves_alone_what_the_one_before_it_has_not_let_go_of(journey: Journey, tmp_path: Path) -> None:
    """A reload waits ten seconds for a courier to end, and begins another one: what the first carries is not sent twice
    at once."""
    secret = secret_file(tmp_path / "secret")
    file = tmp_path / "gateway.yaml"
    file.write_text(station_file(f"url: ftp://station@127.0.0.1:{free_port()}/\npassword: {{file: {secret}}}"), "utf-8")
    journey.send(MIDNIGHT_MS, ["so"])
    clock, in_flight = FakeClock(MIDNIGHT_MS + SLOT_MS // 2), InFlight()
    delivery_id = journey.outbox.waiting("so", 0, MIDNIGHT_MS, 1)[0].id
    in_flight.claim([delivery_id])  # by the one that does not end
    workers = delivery_workers(
        load(file, {}),
        journey.outbox,
        journey.files,
        Board(journey.database),
        journey.database,
        clock,
        AlwaysTrusted(clock),
        in_flight,
    )["so"]
    assert {one.name for one in workers} >= {"so/live", "so/backlog"}

    def tries() -> int:
        for one in workers:
            one.step(clock.now())
        return int(journey.database.read("SELECT count(*) FROM outage")[0][0])

    assert tries() == 0
    in_flight.release({delivery_id})
    clock.advance(60.0)
    assert tries() == 1
