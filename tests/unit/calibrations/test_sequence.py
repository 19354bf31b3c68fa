"""Zero and span by the gateway: never a gas sent as measured, never a valve opened twice, never one left open."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.calibrations.runs import RunState, RunWish
from gateway.core.calibration_check import CheckKind
from gateway.core.errors import StoreError, StoreFull
from gateway.core.reading import Status
from gateway.db import Database, open_database, verify
from tests.unit.calibrations.analyser import DAILY, SPAN, STACK, ZERO, Station, plan

WHOLE_S = 110
"""Longer than a sequence with its purge."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "gateway.db")
    yield opened
    assert verify(opened) == []
    opened.close()


@pytest.fixture
def station(database: Database) -> Station:
    made = Station(database)
    made.live(5)
    return made


def opened(station: Station) -> list[int]:
    return [coil for coil, value in station.analyser.writes if value]


def test_zero_and_span_are_measured_kept_and_purged(station: Station) -> None:
    number = station.ask()
    station.live(WHOLE_S)
    run = station.runs.find(number)
    assert run is not None
    assert run.state is RunState.DONE
    assert station.analyser.writes == [(ZERO, 1), (ZERO, 0), (SPAN, 1), (SPAN, 0)]
    span, zero = station.results.newest(10)
    assert (zero.check.kind, zero.check.reference, zero.check.measured) == (CheckKind.ZERO, 0.0, 0.4)
    assert (span.check.kind, span.check.reference, span.check.deviation) == (CheckKind.SPAN, 250.0, -4.0)
    assert 8 <= (span.check.readings or 0) <= 11
    assert span.check.spread == 0.0
    assert span.kept_by == "gateway"
    assert [one.step for one in station.runs.steps(number)] == ["open zero", "close zero", "open span", "close span"]
    assert all(one.after_ms is not None for one in station.runs.steps(number))


def test_no_gas_is_sent_as_measured_and_no_value_is_touched(station: Station) -> None:
    station.ask()
    station.live(WHOLE_S)
    assert set(station.sent_as_measured) == {STACK}
    purging = [status for value, status, flowed in station.analyser.polls if value == STACK and not flowed]
    assert purging.count(Status.CALIBRATING) >= 30
    assert purging[-1] is Status.MEASURING
    assert station.declared.lasting() == []
    (declared,) = station.declared.newest(10)
    assert (declared.symbol, declared.begun_by, declared.reason) == (
        "SO2",
        "gateway",
        "zero and span by the gateway: weekly",
    )


def test_a_valve_that_does_not_obey_is_told_once_and_the_run_is_given_up(station: Station) -> None:
    station.analyser.stuck = {ZERO}
    number = station.ask()
    station.live(WHOLE_S)
    assert opened(station) == [ZERO]
    run = station.runs.find(number)
    assert run is not None
    assert (run.state, run.outcome) == (RunState.FAILED, "the zero valve did not open: coil:10 shows 0")
    assert station.results.newest(10) == []
    assert station.hold.state is None


def test_a_valve_whose_answer_is_lost_is_not_opened_again_and_is_closed_until_it_shows(station: Station) -> None:
    number = station.ask()
    station.second()
    station.second()
    station.analyser.deaf = {ZERO}
    station.live(60)
    assert opened(station) == [ZERO]
    assert station.analyser.polls[-1][1] is Status.FAULT  # nobody knows what is measured
    station.analyser.deaf = set()
    station.live(WHOLE_S)
    assert station.runs.find(number).state is RunState.FAILED  # type: ignore[union-attr]
    assert opened(station) == [ZERO]
    assert set(station.sent_as_measured) == {STACK}
    assert station.hold.state is None


def test_a_valve_that_shows_the_opposite_is_never_opened(station: Station) -> None:
    station.analyser.inverted = {SPAN}
    number = station.ask()
    station.live(30)
    assert station.analyser.writes == []
    assert station.runs.find(number).state is RunState.REFUSED  # type: ignore[union-attr]
    assert station.hold.state is not None  # it looks as if somebody let gas in


def test_a_valve_that_sticks_open_is_02_until_it_is_closed(station: Station) -> None:
    station.ask()
    while not station.analyser.coils[SPAN]:
        station.second()
    station.analyser.stuck = {SPAN}
    station.live(120)
    assert station.analyser.polls[-1][1] is Status.FAULT
    assert opened(station) == [ZERO, SPAN]
    station.analyser.stuck = set()
    station.live(400)
    assert not station.analyser.flows
    assert station.hold.state is None
    assert set(station.sent_as_measured) == {STACK}
    assert len(station.results.newest(10)) == 2  # what was measured before stands


def test_a_link_that_is_lost_while_gas_flows_is_no_measuring(station: Station) -> None:
    station.ask()
    while not station.analyser.coils[ZERO]:
        station.second()
    station.analyser.is_linked = False
    station.live(200)
    assert station.analyser.polls[-1][1] is Status.FAULT
    station.analyser.is_linked = True
    station.live(400)
    assert not station.analyser.flows
    assert set(station.sent_as_measured) == {STACK}


def test_a_power_cut_at_any_step_leaves_no_gas_flowing(database: Database) -> None:
    for at_s in range(0, 84, 2):
        station = Station(database)
        station.live(5)
        number = station.ask()
        station.live(at_s)
        flowed, before = station.analyser.flows, opened(station)
        station.start()
        station.second()
        assert not flowed or station.analyser.polls[-1][1] is Status.CALIBRATING
        station.live(60)
        assert not station.analyser.flows
        assert station.hold.state is None
        assert set(station.sent_as_measured) == {STACK}
        assert opened(station) == before  # nothing is opened again
        run = station.runs.find(number)
        assert run is not None
        assert run.ended_ms is not None
        assert station.declared.lasting() == []


@pytest.mark.parametrize("failing", ["begin_step", "end_step", "find", "end"])
def test_a_card_that_takes_nothing_does_not_keep_a_valve_open(
    station: Station, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.ask()
    while not station.analyser.coils[ZERO]:
        station.second()

    def full(*_: object) -> None:
        raise StoreFull("the card is full")

    with monkeypatch.context() as patch:
        patch.setattr(station.runs, failing, full)
        for _ in range(WHOLE_S):
            with contextlib.suppress(StoreError):
                station.sequence.step(station.clock.now())
            station.link()
            station.clock.advance(1.0)
        assert not station.analyser.flows
    station.live(WHOLE_S)
    assert station.hold.state is None
    assert set(station.sent_as_measured) == {STACK}


def test_stopped_by_a_person_it_closes_and_purges(station: Station) -> None:
    number = station.ask()
    while not station.analyser.coils[ZERO]:
        station.second()
    station.runs.ask_to_stop(number, "Minh", station.clock.wall_ms)
    station.live(60)
    run = station.runs.find(number)
    assert run is not None
    assert (run.state, run.outcome) == (RunState.STOPPED, "stopped by Minh")
    assert not station.analyser.flows
    assert station.results.newest(10) == []


def test_not_while_a_person_calibrates_nor_by_a_clock_that_nobody_vouches_for(station: Station) -> None:
    station.declared.begin(["SO2"], None, "by hand", "Lan", station.clock.wall_ms)
    first = station.ask()
    station.live(5)
    station.declared.end(["SO2"], "Lan", station.clock.wall_ms)
    station.trust.vouched = False
    second = station.ask()
    station.live(5)
    outcomes = [str(station.runs.find(one).outcome) for one in (first, second)]  # type: ignore[union-attr]
    assert "a calibration of SO2 lasts (Lan: by hand)" in outcomes[0]
    assert "the clock is not trusted" in outcomes[1]
    assert station.analyser.writes == []


def test_a_clock_that_is_lost_in_the_middle_keeps_no_valve_open(station: Station) -> None:
    station.ask()
    while not station.analyser.coils[ZERO]:
        station.second()
    station.trust.vouched = False
    station.live(WHOLE_S)
    assert not station.analyser.flows
    assert station.results.newest(10) == []
    assert set(station.sent_as_measured) == {STACK}
    station.trust.vouched = True
    station.second()
    assert station.declared.lasting() == []


def test_a_valve_found_open_at_a_start_is_left_alone_until_a_person_asks(database: Database) -> None:
    station = Station(database)
    station.analyser.coils[SPAN] = 1
    station.live(30)
    assert station.analyser.writes == []
    assert station.sent_as_measured == []
    station.ask(RunWish.CLOSE)
    station.live(60)
    assert station.analyser.writes == [(ZERO, 0), (SPAN, 0)]
    assert station.sent_as_measured[-1] == STACK


def test_at_a_start_nothing_is_sent_as_measured_before_the_valves_were_seen(database: Database) -> None:
    station = Station(database)
    station.analyser.is_linked = False
    station.live(30)
    assert station.sent_as_measured == []
    assert station.analyser.polls[-1][1] is Status.FAULT
    station.analyser.is_linked = True
    station.live(15)
    assert station.sent_as_measured


def test_by_the_calendar_once_a_day_and_what_was_missed_is_not_made_up_for(database: Database) -> None:
    station = Station(database, DAILY)
    station.clock.wall_ms = 1_767_225_600_000  # 2026-01-01T00:00:00Z
    station.trust.zero_ms = station.clock.wall_ms - round(station.clock.mono_s * 1000)
    station.live(5)

    def pass_to(hour: float) -> None:
        station.clock.advance(hour * 3600 - (station.clock.wall_ms - 1_767_225_600_000) / 1000)
        station.live(WHOLE_S)

    pass_to(1.9)
    assert station.analyser.writes == []
    pass_to(2)
    assert opened(station) == [ZERO, SPAN]
    pass_to(2.5)
    pass_to(24)
    assert opened(station) == [ZERO, SPAN]
    pass_to(26)
    assert opened(station) == [ZERO, SPAN] * 2
    pass_to(24 * 5 + 11)  # four were missed: none is made up for
    assert opened(station) == [ZERO, SPAN] * 2
    pass_to(24 * 6 + 2)
    assert opened(station) == [ZERO, SPAN] * 3


def test_two_wishes_at_once_are_one_after_the_other(station: Station) -> None:
    for _ in range(2):
        station.ask()
    station.live(2 * WHOLE_S)
    assert opened(station) == [ZERO, SPAN] * 2
    assert [one.state for one in station.runs.newest(10)] == [RunState.DONE] * 2


def test_readings_that_the_device_itself_calls_faulty_are_in_no_mean() -> None:
    from gateway.core.reading import Readings
    from gateway.instruments.calibration_hold import CalibrationHold

    hold = CalibrationHold()
    hold.collect()
    for value, status in ((10.0, Status.MEASURING), (12.0, Status.CALIBRATING), (99.0, Status.FAULT)):
        hold.note(("SO2",), Readings((value,), (status,)))
    hold.note(("SO2",), Readings((None,), (Status.FAULT,)))
    assert (hold.collected()["SO2"].readings, plan().symbols) == (2, ("SO2",))
