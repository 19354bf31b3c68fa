"""Workers in real threads: called when they ask, called again after a failure, named when they hang, ended in time.

Nothing here sleeps: threads meet at events, and the clock is the test's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gateway.core.errors import StoreCorrupt, StoreError, StoreFull
from gateway.core.interfaces import Instant
from gateway.runtime.supervisor import Supervisor
from tests.support.clock import FakeClock

SOON_S = 10.0
"""Far longer than anything here takes; only a failing test waits for it."""


class Worker:
    """Does at each step what the test says, and reports when it was called."""

    def __init__(self, name: str, act: Callable[[Instant], float]) -> None:
        self.name = name
        self.patience_s = 60.0
        self._act = act
        self.calls = 0
        self.called = threading.Semaphore(0)
        self.interrupted = threading.Event()
        self.closed_by: threading.Thread | None = None

    def step(self, now: Instant) -> float:
        self.calls += 1
        self.called.release()
        return self._act(now)

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        self.closed_by = threading.current_thread()

    def wait_for(self, calls: int) -> None:
        for _ in range(calls):
            assert self.called.acquire(timeout=SOON_S)


def idle(now: Instant) -> float:
    return now.mono_s + 3600.0


@contextmanager
def running(
    *workers: Worker, clock: FakeClock | None = None, on_fatal: Callable[[], None] = lambda: None
) -> Iterator[Supervisor]:
    supervisor = Supervisor(workers, clock or FakeClock(), on_fatal)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop(SOON_S)


def test_a_worker_is_called_again_when_it_asked_to_be() -> None:
    at_once, patient = Worker("eager", lambda now: now.mono_s), Worker("patient", idle)
    with running(at_once, patient):
        at_once.wait_for(100)
        patient.wait_for(1)
    assert at_once.calls >= 100
    assert patient.calls == 1


def test_a_worker_that_asked_for_an_hour_is_called_when_it_is_woken() -> None:
    near, far = Worker("so-tnmt/live", idle), Worker("bo-tnmt/live", idle)
    with running(near, far) as supervisor:
        near.wait_for(1)
        far.wait_for(1)
        supervisor.wake("so-tnmt")
        near.wait_for(1)
        supervisor.wake()
        near.wait_for(1)
        far.wait_for(1)
    assert (near.calls, far.calls) == (3, 2)


def test_a_call_that_comes_during_a_step_is_not_lost() -> None:
    """The planner finds new files while the courier looks for the last time."""
    in_step, go_on = threading.Event(), threading.Event()

    def look(now: Instant) -> float:
        in_step.set()
        assert go_on.wait(SOON_S)
        return idle(now)

    worker = Worker("so-tnmt/live", look)
    with running(worker) as supervisor:
        assert in_step.wait(SOON_S)
        supervisor.wake()
        go_on.set()
        worker.wait_for(2)


class TestFailure:
    def test_a_worker_that_raises_is_called_again_and_told_with_its_traceback(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail_once(now: Instant) -> float:
            if worker.calls == 1:
                raise ZeroDivisionError("unforeseen")
            return idle(now)

        worker = Worker("clerk", fail_once)
        with caplog.at_level(logging.INFO), running(worker) as supervisor:
            worker.wait_for(1)
            supervisor.wake()
            worker.wait_for(1)
        first = caplog.records[0]
        assert first.levelno == logging.CRITICAL
        assert first.getMessage() == "worker failed worker=clerk failures=1 again_in_s=1 error='unforeseen'"
        assert first.exc_info is not None
        assert "worker is well again worker=clerk failures=1" in [record.getMessage() for record in caplog.records]

    def test_pauses_grow_to_a_minute(self, caplog: pytest.LogCaptureFixture) -> None:
        def fail(_: Instant) -> float:
            raise StoreFull("no space left")

        worker = Worker("clerk", fail)
        with caplog.at_level(logging.DEBUG, logger="gateway"), running(worker) as supervisor:
            for _ in range(9):
                worker.wait_for(1)
                supervisor.wake()
        pauses = [int(record.getMessage().split("again_in_s=")[1].split()[0]) for record in caplog.records][:9]
        assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]

    def test_a_foreseen_failure_is_told_once_and_without_a_traceback(self, caplog: pytest.LogCaptureFixture) -> None:
        def fail(_: Instant) -> float:
            raise StoreFull("no space left")

        worker = Worker("clerk", fail)
        with caplog.at_level(logging.DEBUG, logger="gateway"), running(worker) as supervisor:
            for _ in range(3):
                worker.wait_for(1)
                supervisor.wake()
        assert [record.levelno for record in caplog.records][:3] == [logging.ERROR, logging.DEBUG, logging.DEBUG]
        assert all(record.exc_info is None for record in caplog.records)

    def test_one_workers_failure_is_nobody_elses(self) -> None:
        def fail(_: Instant) -> float:
            raise ZeroDivisionError

        ill, well = Worker("ill", fail), Worker("well", lambda now: now.mono_s)
        with running(ill, well) as supervisor:
            ill.wait_for(1)
            before = well.calls
            well.wait_for(before + 50)
            assert supervisor.hung() == []
        assert well.calls >= before + 50

    def test_a_damaged_database_ends_the_daemon(self, caplog: pytest.LogCaptureFixture) -> None:
        def stumble(_: Instant) -> float:
            raise StoreCorrupt("malformed")

        given_up = threading.Event()
        worker = Worker("clerk", stumble)
        with running(worker, on_fatal=given_up.set):
            assert given_up.wait(SOON_S)
        assert caplog.records[0].levelno == logging.CRITICAL


class TestHanging:
    def test_only_the_one_that_exceeds_its_patience_is_named(self) -> None:
        in_step, go_on = threading.Event(), threading.Event()

        def hang(now: Instant) -> float:
            in_step.set()
            assert go_on.wait(SOON_S)
            return idle(now)

        clock = FakeClock()
        hanging, idling = Worker("link-plc", hang), Worker("clerk", idle)
        with running(hanging, idling, clock=clock) as supervisor:
            assert in_step.wait(SOON_S)
            idling.wait_for(1)
            clock.advance(60.0)
            assert supervisor.hung() == []
            clock.advance(0.1)
            assert supervisor.hung() == ["link-plc"]
            go_on.set()

    def test_the_rest_ends_in_time_although_one_hangs(self) -> None:
        in_step, for_good = threading.Event(), threading.Event()

        def hang(now: Instant) -> float:
            in_step.set()
            assert for_good.wait(SOON_S)
            return idle(now)

        hanging, idling = Worker("link-plc", hang), Worker("clerk", idle)
        supervisor = Supervisor([hanging, idling], FakeClock(), lambda: None)
        supervisor.start()
        assert in_step.wait(SOON_S)
        idling.wait_for(1)
        assert supervisor.stop(0.2) == ["link-plc"]
        assert idling.closed_by is not None
        for_good.set()


class TestStopping:
    def test_every_worker_is_interrupted_and_closed_in_its_own_thread(self) -> None:
        workers = [Worker(f"worker-{number}", idle) for number in range(3)]
        with running(*workers) as supervisor:
            for worker in workers:
                worker.wait_for(1)
            assert supervisor.stop(SOON_S) == []
        for worker in workers:
            assert worker.interrupted.is_set()
            assert worker.closed_by is not None
            assert worker.closed_by.name == worker.name

    def test_an_interrupt_that_fails_stops_nobody_from_stopping(self, caplog: pytest.LogCaptureFixture) -> None:
        class Stubborn(Worker):
            def interrupt(self) -> None:
                raise OSError("the socket is gone")

        stubborn, other = Stubborn("stubborn", idle), Worker("other", idle)
        with running(stubborn, other) as supervisor:
            assert supervisor.stop(SOON_S) == []
        assert other.interrupted.is_set()
        assert "stubborn" in caplog.text

    def test_one_that_is_broken_off_has_not_failed(self, caplog: pytest.LogCaptureFixture) -> None:
        """A long look through the database ends in an error of the database, because we ended it."""

        def look(now: Instant) -> float:
            assert long.interrupted.wait(SOON_S)
            raise StoreError("interrupted")

        long = Worker("inspection", look)
        caplog.set_level(logging.INFO)
        with running(long) as supervisor:
            long.wait_for(1)
            assert supervisor.stop(SOON_S) == []
        assert long.calls == 1
        said = [(one.levelno, one.getMessage()) for one in caplog.records]
        assert said == [
            (logging.INFO, "worker was broken off in the middle worker=inspection error='interrupted'"),
        ]

    def test_stopping_just_before_a_step_is_heard(self) -> None:
        """The bell of `stop` was wiped out when a worker was about to step, and it slept on for its whole hour."""
        supervisor = Supervisor([Worker("clerk", idle)], FakeClock(), lambda: None)
        (post,) = supervisor._posts

        class BellAtTheWorstMoment(threading.Event):
            def clear(self) -> None:
                post.stopping.set()
                self.set()
                super().clear()

        post.call = BellAtTheWorstMoment()
        supervisor.start()
        post.thread.join(SOON_S)
        assert not post.thread.is_alive()


def test_some_end_and_others_begin_while_one_goes_on() -> None:
    staying, leaving, coming = Worker("a", idle), Worker("b", idle), Worker("b", idle)
    with running(staying, leaving) as supervisor:
        staying.wait_for(1)
        leaving.wait_for(1)
        assert supervisor.end([leaving], SOON_S) == []
        assert leaving.interrupted.is_set()
        assert leaving.closed_by is not None
        supervisor.begin([coming])
        coming.wait_for(1)
        supervisor.wake("b")
        coming.wait_for(1)
        assert (staying.calls, leaving.calls) == (1, 1)
        assert not staying.interrupted.is_set()


def test_one_that_does_not_end_in_time_is_named_and_forgotten() -> None:
    free = threading.Event()

    def hang(now: Instant) -> float:
        free.wait(SOON_S)
        return now.mono_s

    hanging, clock = Worker("hanging", hang), FakeClock()
    with running(hanging, clock=clock) as supervisor:
        hanging.wait_for(1)
        assert supervisor.end([hanging], 0.0) == ["hanging"]
        clock.advance(3600)
        assert supervisor.hung() == []
        free.set()


def test_nothing_begins_any_more_when_all_end() -> None:
    late = Worker("late", idle)
    with running(Worker("a", idle)) as supervisor:
        supervisor.stop(SOON_S)
        supervisor.begin([late])
    assert late.calls == 0
