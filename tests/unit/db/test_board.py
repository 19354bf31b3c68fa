"""How the outside world fares, told between processes through the database."""

from __future__ import annotations

import pytest

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import StoreError
from gateway.db.board import Board, Component, components
from tests.support.journey import Journey, at


def test_only_a_change_of_state_is_worth_a_log_line(journey: Journey) -> None:
    board = Board(journey.database)
    reports = [("up", None), ("up", None), ("down", "no answer"), ("down", "no route"), ("up", None)]
    told = [board.report(ComponentKind.LINK, "plc", state, error, n) for n, (state, error) in enumerate(reports)]
    assert told == [True, False, True, False, True]


def test_the_last_error_is_kept_for_the_record_when_all_is_well_again(journey: Journey) -> None:
    board = Board(journey.database)
    board.report(ComponentKind.LINK, "plc", ComponentState.DOWN, "no answer", 1000)
    board.report(ComponentKind.LINK, "plc", ComponentState.UP, None, 5000)
    board.step(at(6000))
    journey.restart()
    assert components(journey.database) == {
        ("link", "plc"): Component(ComponentKind.LINK, "plc", ComponentState.UP, 5000, "no answer", 1000)
    }


def test_after_a_restart_the_old_error_is_still_known(journey: Journey) -> None:
    first = Board(journey.database)
    first.report(ComponentKind.LINK, "plc", ComponentState.DOWN, "no answer", 1000)
    first.step(at(1000))
    second = Board(journey.database)
    second.report(ComponentKind.LINK, "plc", ComponentState.UP, None, 9000)
    second.step(at(9000))
    assert components(journey.database)["link", "plc"].last_error == "no answer"


def test_an_error_that_repeats_is_written_once_a_minute(journey: Journey) -> None:
    board = Board(journey.database)
    written = []
    for second in range(180):
        board.report(ComponentKind.LINK, "plc", ComponentState.DOWN, "no answer", second * 1000)
        board.step(at(second * 1000))
        written.append(components(journey.database)["link", "plc"].last_error_ms)
    assert sorted(set(written)) == [0, 60_000, 120_000]


def test_what_held_for_a_reason_that_is_gone_is_not_known_any_more(journey: Journey) -> None:
    """And only that: neither another state nor another reason, of this run or of the one before."""
    board = Board(journey.database)
    rejected = ComponentState.REJECTED
    board.report(ComponentKind.DESTINATION, "so", rejected, "ours: no password", 1000)
    board.report(ComponentKind.DESTINATION, "bo", rejected, "theirs: no such user", 1000)
    board.step(at(1000))
    journey.restart()
    after = Board(journey.database)
    for name in ("so", "bo", "unknown"):
        after.forget(ComponentKind.DESTINATION, name, rejected, "ours: ")
    after.step(at(2000))
    assert list(components(journey.database)) == [("destination", "bo")]
    assert after.report(ComponentKind.DESTINATION, "so", rejected, "ours: no password", 3000)
    after.forget(ComponentKind.DESTINATION, "so", rejected, "ours: ")
    assert after.report(ComponentKind.DESTINATION, "so", ComponentState.UP, None, 4000)
    after.forget(ComponentKind.DESTINATION, "so", rejected, "ours: ")
    after.step(at(4000))
    assert components(journey.database)["destination", "so"].state is ComponentState.UP


def test_what_could_not_be_written_is_written_later(journey: Journey) -> None:
    board = Board(journey.database)
    board.report(ComponentKind.LINK, "plc", ComponentState.UP, None, 1000)
    journey.database.read("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        board.step(at(1000))
    journey.database.read("PRAGMA query_only = OFF")
    board.step(at(2000))
    assert ("link", "plc") in components(journey.database)


def test_an_instrument_that_was_silent_before_a_restart_and_still_is_has_been_so_all_the_time(journey: Journey) -> None:
    first = Board(journey.database)
    first.report(ComponentKind.INSTRUMENT, "dead", ComponentState.SILENT, "no answer", 1000)
    first.report(ComponentKind.INSTRUMENT, "well", ComponentState.ANSWERING, None, 1000)
    first.step(at(1000))
    second = Board(journey.database)
    second.report(ComponentKind.INSTRUMENT, "dead", ComponentState.SILENT, "no answer", 9000)
    second.report(ComponentKind.INSTRUMENT, "well", ComponentState.ANSWERING, None, 9000)
    second.step(at(9000))
    found = components(journey.database)
    assert (found["instrument", "dead"].since_ms, found["instrument", "well"].since_ms) == (1000, 9000)
