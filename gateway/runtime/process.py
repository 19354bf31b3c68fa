"""The shell of every process of ours: worker threads, signals, systemd's watchdog, an end in order and in time.

    process = Process("gateway", SystemClock(), Notifier())
    database = open_database(file, alive=lambda: process.still_starting("the database is being checked"))
    workers = [...]  # whoever has work for others calls `process.wake`
    exit_code = process.run(workers, summary="station=NUO001", finish=database.close, loss="…")

What it promises: systemd hears *ready* when the workers run, and its watchdog is fed only while the heartbeat of every
worker is fresh: a hung worker is a restart, not a silence. SIGTERM and SIGINT end the workers, then `finish` makes the
last commit; both within a bound, whatever hangs. It never opens, builds or closes anything itself.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from gateway import __version__
from gateway.core.errors import StoreError
from gateway.core.interfaces import Clock, Instant, Worker
from gateway.core.phrase import Phrase
from gateway.runtime.log_zone import log_text
from gateway.runtime.supervisor import Supervisor
from gateway.runtime.systemd import Notifier

_log = logging.getLogger(__name__)

STOP_WITHIN_S = 7.0
"""systemd is promised an end within ten seconds; the rest is for the last commit."""
LAST_COMMIT_WITHIN_S = 2.0
STANDSTILL_S = 5.0
"""What passes more than it should between two looks at the workers, and is told: nothing of ours takes so long."""
LOOK_EVERY_S = 1.0
"""At the workers' heartbeats; twice as often as systemd's watchdog barks, if that is oftener."""


class Process:
    """One process from its start to its exit code. Made and run in the main thread, which alone hears signals."""

    def __init__(self, name: str, clock: Clock, notifier: Notifier) -> None:
        """`name` is what the log calls it."""
        self._name = name
        self._clock = clock
        self._notifier = notifier
        self._stopping = threading.Event()
        self._stopped_by: signal.Signals | None = None
        self._is_damaged = False
        self._starts_again = ""
        self._supervisor: Supervisor | None = None

    def still_starting(self, doing: str) -> None:
        """To be called again and again while a start takes its time, before `run`: systemd goes on waiting."""
        self._notifier.starting(doing)

    @property
    def why_it_ends(self) -> str:
        """For `finish`: the signal by which it was told to end, else why it is to start again."""
        return self._starts_again or "it was not told to" if self._stopped_by is None else self._stopped_by.name

    @property
    def starts_again(self) -> bool:
        """Whether, after `run`, this very process is to begin anew: it ended in order and was not told to end."""
        return bool(self._starts_again) and self._stopped_by is None and not self._is_damaged

    def start_again(self, why: str) -> None:
        """End in order, for a new start. From any thread."""
        self._starts_again = why
        self._stopping.set()

    def begin(self, workers: Sequence[Worker]) -> None:
        """Run these beside the others, from any thread of a worker."""
        if self._supervisor is not None:
            self._supervisor.begin(workers)

    def end(self, workers: Sequence[Worker], within_s: float) -> bool:
        """End these while the others run on. One that does not end in time is told in the log and left alone. Returns
        whether all have ended."""
        left = [] if self._supervisor is None else self._supervisor.end(workers, within_s)
        for name in left:
            _log.warning("worker did not end in time, it is left alone worker=%s", name)
        return not left

    def wake(self, prefix: str = "") -> None:
        """Call the workers whose name begins so, by default all, at once instead of when they asked to be called. From
        any thread; before `run` it does nothing, for then all of them are yet to be called."""
        if self._supervisor is not None:
            self._supervisor.wake(prefix)

    def run(
        self,
        workers: Sequence[Worker],
        *,
        summary: str,
        finish: Callable[[], None],
        loss: str,
        on_standstill: Callable[[Instant, Instant], object] = lambda before, after: None,
    ) -> int:
        """Run the workers, each in a thread of its own, until SIGTERM, SIGINT, or a damaged database.

        `summary` (`key=value …`) goes into the log and to systemd. `finish` commits and closes when the workers have
        ended, or have had their time; after damage it is not called. `loss` says in the log what is lost if that fails.
        `on_standstill` hears between which two looks nothing was done: the process was stopped or starved, or the
        machine slept.

        Returns the exit code: 0 after an end in order, 1 if systemd should start it again.
        """
        supervisor = self._supervisor = Supervisor(workers, self._clock, self._give_up)
        with _handling({number: partial(self._stop, number) for number in (signal.SIGTERM, signal.SIGINT)}):
            supervisor.start()
            _log.info("%s started version=%s %s", self._name, __version__, summary)
            self._notifier.ready(summary)
            self._watch(supervisor, on_standstill)
            if not self.starts_again:
                self._notifier.stopping()
            for name in supervisor.stop(STOP_WITHIN_S):
                _log.warning("worker did not stop in time worker=%s", name)
            return 1 if self._is_damaged else self._finish(finish, loss)

    def _stop(self, number: signal.Signals) -> None:
        self._stopped_by = self._stopped_by or number
        self._stopping.set()

    def _give_up(self) -> None:
        self._is_damaged = True
        self._stopping.set()

    def _watch(self, supervisor: Supervisor, on_standstill: Callable[[Instant, Instant], object]) -> None:
        """Feed systemd's watchdog as long as no worker hangs; which one does is said once. What stands still with all
        of its threads is noticed here by the machine's own counting."""
        interval_s = min(LOOK_EVERY_S, (self._notifier.watchdog_s or LOOK_EVERY_S * 2) / 2)
        told: list[str] = []
        before = self._clock.now()
        while not self._stopping.wait(interval_s):
            after = self._clock.now()
            before, earlier = after, before
            if after.mono_s - earlier.mono_s - interval_s >= STANDSTILL_S:
                _tell_standstill(earlier, after)
                on_standstill(earlier, after)
                self._notifier.alive()  # whoever was in the middle of a step has had no time for it
                continue
            hung = supervisor.hung()
            if not hung:
                self._notifier.alive()
            elif hung != told:
                _log.critical("worker hangs, the watchdog is no longer fed worker=%s", ",".join(hung))
            told = hung

    def _finish(self, finish: Callable[[], None], loss: str) -> int:
        """The last commit, if the database can still take one: a worker that hangs may hold it for ever."""
        with _handling({signal.SIGALRM: _too_late}):
            signal.setitimer(signal.ITIMER_REAL, LAST_COMMIT_WITHIN_S)
            try:
                finish()
            except StoreError as error:
                _log.error("%s error=%r", loss, str(error))
                return 1
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        _log.info("%s stopped", self._name)
        return 0


def _tell_standstill(before: Instant, after: Instant) -> None:
    length_s = after.mono_s - before.mono_s
    _log.warning(
        "the gateway stood still: the process was stopped or starved, or the machine slept from=%s until=%s"
        " length_s=%.1f",
        log_text(after.wall_ms - round(length_s * 1000)),
        log_text(after.wall_ms),
        length_s,
    )


def _too_late() -> None:
    raise StoreError(
        Phrase("the database was not free within {last_commit_within_s:g} s", last_commit_within_s=LAST_COMMIT_WITHIN_S)
    )


@contextmanager
def _handling(handlers: Mapping[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Have these called at the signals, in the main thread, as long as the block lasts."""
    before = {number: signal.signal(number, lambda *_, act=act: act()) for number, act in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
