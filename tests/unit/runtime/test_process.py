"""A process with toy workers: ready when they run, alive while none hangs, and at an end in time whatever hangs.

Nothing here sleeps: threads meet at events, the clock is the test's, and systemd is a socket.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.core.errors import StoreCorrupt, StoreError
from gateway.core.interfaces import Instant, Worker
from gateway.runtime import process
from gateway.runtime.process import Process
from gateway.runtime.systemd import Notifier
from tests.support.clock import FakeClock

SOON_S = 10.0
"""Far longer than anything here takes; only a failing test waits for it."""
HOUR_S = 3600.0
SUMMARY = "station=NUO001 links=2"
LOSS = "the last frames could not be kept"


class Toy:
    """A worker that does at each step what the test says, and writes down what becomes of it."""

    name = "toy"
    patience_s = 60.0

    def __init__(self, act: Callable[[Instant], float], diary: list[str]) -> None:
        self._act = act
        self._diary = diary

    def step(self, now: Instant) -> float:
        self._diary.append("step")
        return self._act(now)

    def interrupt(self) -> None:
        self._diary.append("interrupt")

    def close(self) -> None:
        self._diary.append("close")


class Systemd:
    """What systemd hears. Its watchdog barks at once, so that the process looks after its workers all the time."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(folder / "notify"))
        self.notifier = Notifier({"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "2000"})

    def heard(self) -> list[str]:
        """Since it was last asked."""
        messages = []
        while True:
            try:
                messages.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return messages

    def close(self) -> None:
        self._socket.close()


class WatchedClock(FakeClock):
    """Tells how often the process has looked at its workers: the main thread asks it for nothing else meanwhile."""

    looks = threading.Semaphore(0)

    def now(self) -> Instant:
        if threading.current_thread() is threading.main_thread():
            self.looks.release()
        return super().now()

    def wait_for_looks(self, count: int) -> None:
        while self.looks.acquire(blocking=False):
            pass
        for _ in range(count):
            assert self.looks.acquire(timeout=SOON_S)


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    listening = Systemd(tmp_path)
    yield listening
    listening.close()


@pytest.fixture(autouse=True)
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "gateway")
    return caplog


def end(number: signal.Signals = signal.SIGTERM) -> None:
    """As systemd or a person does it."""
    os.kill(os.getpid(), number)


def run(
    systemd: Systemd, worker: Worker, *others: Worker, finish: Callable[[], None], clock: FakeClock | None = None
) -> int:
    toy_process = Process("toy gateway", clock or FakeClock(), systemd.notifier)
    return toy_process.run([worker, *others], summary=SUMMARY, finish=finish, loss=LOSS)


def test_the_last_commit_knows_which_signal_came_first(systemd: Systemd) -> None:
    toy_process = Process("toy gateway", FakeClock(), systemd.notifier)
    why: list[str] = []

    def act(now: Instant) -> float:
        end(signal.SIGINT)
        return now.mono_s + HOUR_S

    toy_process.run([Toy(act, [])], summary=SUMMARY, finish=lambda: why.append(toy_process.why_it_ends), loss=LOSS)
    assert why == ["SIGINT"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(systemd: Systemd, said: pytest.LogCaptureFixture, number: signal.Signals) -> None:
    diary: list[str] = []

    def act(now: Instant) -> float:
        end(number)
        return now.mono_s + HOUR_S

    assert run(systemd, Toy(act, diary), finish=lambda: diary.append("finish")) == 0
    assert diary[0] == "step"
    assert sorted(diary[1:-1]) == ["close", "interrupt"]
    assert diary[-1] == "finish"
    heard = [message for message in systemd.heard() if message != "WATCHDOG=1"]
    assert heard == [f"READY=1\nSTATUS={SUMMARY}", "STOPPING=1"]
    assert said.messages[0].startswith("toy gateway started version=")
    assert said.messages[0].endswith(f" {SUMMARY}")
    assert said.messages[1:] == ["toy gateway stopped"]


def test_signals_and_the_alarm_are_afterwards_what_they_were(systemd: Systemd) -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]

    def act(now: Instant) -> float:
        end()
        return now.mono_s + HOUR_S

    run(systemd, Toy(act, []), finish=lambda: None)
    assert [signal.getsignal(number) for number in numbers] == before


def test_while_a_worker_hangs_the_watchdog_is_not_fed_and_it_is_said_once(
    systemd: Systemd, said: pytest.LogCaptureFixture
) -> None:
    clock = WatchedClock()
    freed = threading.Event()
    heard: dict[str, list[str]] = {}

    def hang(now: Instant) -> float:
        assert freed.wait(SOON_S)
        return now.mono_s + HOUR_S

    def conduct(now: Instant) -> float:
        clock.wait_for_looks(6)  # two for each look at the workers
        heard["well"] = systemd.heard()
        clock.advance(Toy.patience_s + 1)
        clock.wait_for_looks(2)  # one may have been under way
        systemd.heard()
        clock.wait_for_looks(5)
        heard["hung"] = systemd.heard()
        freed.set()
        while "WATCHDOG=1" not in heard.setdefault("well again", []):  # its thread has to end the step first
            clock.wait_for_looks(1)
            heard["well again"] += systemd.heard()
        end()
        return now.mono_s + HOUR_S

    conductor = Toy(conduct, [])
    conductor.patience_s = HOUR_S
    assert run(systemd, Toy(hang, []), conductor, finish=lambda: None, clock=clock) == 0
    assert "WATCHDOG=1" in heard["well"]
    assert heard["hung"] == []
    assert said.messages.count("worker hangs, the watchdog is no longer fed worker=toy") == 1


def test_damage_ends_it_with_1_and_nothing_is_committed(systemd: Systemd) -> None:
    diary: list[str] = []

    def act(now: Instant) -> float:
        raise StoreCorrupt("gateway.db: a page is torn")

    assert run(systemd, Toy(act, diary), finish=lambda: diary.append("finish")) == 1
    assert "finish" not in diary
    assert systemd.heard()[-1] == "STOPPING=1"


def test_a_worker_that_does_not_end_is_left_behind_by_name(
    systemd: Systemd, said: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STOP_WITHIN_S", 0.05)
    freed, diary = threading.Event(), []

    def act(now: Instant) -> float:
        end()
        assert freed.wait(SOON_S)
        return now.mono_s + HOUR_S

    assert run(systemd, Toy(act, diary), finish=lambda: diary.append("finish")) == 0
    assert diary == ["step", "interrupt", "finish"]
    assert "worker did not stop in time worker=toy" in said.messages
    freed.set()


def test_a_last_commit_that_blocks_is_given_up(
    systemd: Systemd, said: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LAST_COMMIT_WITHIN_S", 0.05)

    def act(now: Instant) -> float:
        end()
        return now.mono_s + HOUR_S

    assert run(systemd, Toy(act, []), finish=lambda: assert_never_set(threading.Event())) == 1
    assert said.messages[-1] == f"{LOSS} error='the database was not free within 0.05 s'"


def assert_never_set(event: threading.Event) -> None:
    assert event.wait(SOON_S)


def test_a_last_commit_that_fails_says_what_is_lost(systemd: Systemd, said: pytest.LogCaptureFixture) -> None:
    def act(now: Instant) -> float:
        end()
        return now.mono_s + HOUR_S

    def finish() -> None:
        raise StoreError("gateway.db: no space left")

    assert run(systemd, Toy(act, []), finish=finish) == 1
    assert said.messages[-1] == f"{LOSS} error='gateway.db: no space left'"


def test_workers_wake_one_another(systemd: Systemd) -> None:
    toy_process = Process("toy gateway", FakeClock(), systemd.notifier)
    toy_process.wake()  # before they run: nothing to do
    steps = threading.Semaphore(0)

    def sleep(now: Instant) -> float:
        steps.release()
        return now.mono_s + HOUR_S

    def wake(now: Instant) -> float:
        assert steps.acquire(timeout=SOON_S)
        toy_process.wake()
        assert steps.acquire(timeout=SOON_S)
        end()
        return now.mono_s + HOUR_S

    assert toy_process.run([Toy(sleep, []), Toy(wake, [])], summary=SUMMARY, finish=lambda: None, loss=LOSS) == 0


def test_a_start_that_takes_its_time_is_not_ended_for_it(systemd: Systemd) -> None:
    Process("toy gateway", FakeClock(), systemd.notifier).still_starting("looking at old films")
    (message,) = systemd.heard()
    assert message.startswith("EXTEND_TIMEOUT_USEC=")
    assert message.endswith("STATUS=looking at old films")
