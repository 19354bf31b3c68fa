"""A sample is taken once for a request, never twice within the interval, and never because of a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config import SamplerSettings
from gateway.db import Database, open_database, verify
from gateway.instruments.register_command import CommandOutcome, CommandResult, RegisterCommands
from gateway.instruments.sampler_command import sampler_command
from gateway.sampler.sampler import Sampler
from gateway.sampler.store import SampleRequest, SampleState, SampleStore
from tests.support.clock import FakeClock

HOUR_MS = 3_600_000


class Desk:
    """A sampler with its database, as one run of the gateway has it, and the link's thread played by the test."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.clock = clock
        self.store = SampleStore(database)
        self.commands = RegisterCommands()
        command = sampler_command(SamplerSettings.model_validate({"link": "plc", "coil": 0}))
        self.sampler = Sampler(self.store, self.commands, command, HOUR_MS, clock)

    def step(self) -> None:
        self.sampler.step(self.clock.now())

    def ask(self, reason: str = "COD is high") -> SampleRequest:
        number = self.sampler.request_sample(reason, "lan")
        self.step()
        return self.store.find(number)

    def finish(self, outcome: CommandOutcome = CommandOutcome.CONFIRMED) -> SampleRequest:
        """The link's thread carries the command out, the clerk hears of it."""
        assert self.commands.take()
        self.commands.finish(CommandResult(outcome, "coil:0 shows 1"))
        self.step()
        return self.store.newest(1)[0]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "gateway.db")
    yield opened
    assert verify(opened) == []
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(database: Database, clock: FakeClock) -> Desk:
    return Desk(database, clock)


def test_a_request_is_marked_before_the_sampler_is_told_and_settled_after(desk: Desk) -> None:
    asked = desk.ask()
    assert (asked.state, asked.asked_by, asked.reason) == (SampleState.WRITING, "lan", "COD is high")
    assert asked.writing_ms == desk.clock.wall_ms
    taken = desk.finish()
    assert (taken.state, taken.outcome) == (SampleState.TAKEN, "coil:0 shows 1")
    assert not desk.commands.take()


def test_a_second_one_within_the_interval_is_too_soon(desk: Desk) -> None:
    desk.ask()
    desk.finish()
    desk.clock.advance(3599)
    refused = desk.ask("again")
    assert refused.state is SampleState.TOO_SOON
    assert "in 1 s at the earliest" in (refused.outcome or "")
    assert not desk.commands.take()
    desk.clock.advance(1)
    assert desk.ask().state is SampleState.WRITING


@pytest.mark.parametrize("outcome", [CommandOutcome.UNCONFIRMED, CommandOutcome.UNKNOWN])
def test_one_that_may_have_been_taken_counts_as_taken(desk: Desk, outcome: CommandOutcome) -> None:
    desk.ask()
    desk.finish(outcome)
    assert desk.ask().state is SampleState.TOO_SOON


def test_one_that_was_certainly_not_taken_does_not_count(desk: Desk) -> None:
    desk.ask()
    assert desk.finish(CommandOutcome.NOT_DONE).state is SampleState.NOT_TAKEN
    assert desk.ask().state is SampleState.WRITING


def test_killed_between_the_mark_and_the_outcome_it_is_unknown_and_not_repeated(
    desk: Desk, database: Database, clock: FakeClock
) -> None:
    asked = desk.ask()
    clock.advance(5)
    after = Desk(database, clock)
    after.step()
    found = after.store.find(asked.id)
    assert found.state is SampleState.UNKNOWN
    assert "not repeated" in (found.outcome or "")
    assert not after.commands.take()
    assert after.ask().state is SampleState.TOO_SOON


def test_killed_before_the_mark_it_is_carried_out_once(desk: Desk, database: Database, clock: FakeClock) -> None:
    number = desk.sampler.request_sample("COD is high", "lan")
    after = Desk(database, clock)
    after.step()
    assert after.store.find(number).state is SampleState.WRITING
    assert after.finish().state is SampleState.TAKEN


@pytest.mark.parametrize("jump_ms", [-HOUR_MS // 2, HOUR_MS // 2])
def test_a_clock_that_was_set_gives_no_second_sample(desk: Desk, database: Database, jump_ms: int) -> None:
    desk.ask()
    desk.finish()
    desk.clock.jump_wall(jump_ms)
    assert Desk(database, desk.clock).ask().state is SampleState.TOO_SOON


def test_nor_does_one_that_was_set_far_ahead_while_the_gateway_runs(desk: Desk) -> None:
    desk.ask()
    desk.finish()
    desk.clock.jump_wall(10 * HOUR_MS)
    assert desk.ask().state is SampleState.TOO_SOON


def test_of_two_requests_at_once_the_second_is_too_soon(desk: Desk) -> None:
    first, second = (desk.sampler.request_sample(reason, "limit") for reason in ("COD", "TSS"))
    desk.step()
    desk.finish()
    assert desk.store.find(first).state is SampleState.TAKEN
    assert desk.store.find(second).state is SampleState.TOO_SOON
