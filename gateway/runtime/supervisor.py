"""The only starter of threads. Calls each worker's `step` when it asked to be called, starts it again after a failure
that nobody foresaw, and knows which one hangs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from gateway.core.errors import GatewayError, StoreCorrupt
from gateway.core.interfaces import Clock, Worker

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


class Supervisor:
    """Runs workers, each in a thread of its own, until `stop`; some may end, and others begin, on the way."""

    def __init__(self, workers: Sequence[Worker], clock: Clock, on_fatal: Callable[[], None]) -> None:
        self._clock = clock
        self._on_fatal = on_fatal
        self._posts = tuple(_Post(worker, clock, on_fatal) for worker in workers)
        """Another one in its place at each change: whoever looks at it needs no turn."""
        self._turn = threading.Lock()
        self._is_stopping = False

    def start(self) -> None:
        for post in self._posts:
            post.thread.start()

    def begin(self, workers: Sequence[Worker]) -> None:
        """Run these, too. From any thread; when all are being ended, nothing begins any more."""
        with self._turn:
            if self._is_stopping:
                return
            posts = [_Post(worker, self._clock, self._on_fatal) for worker in workers]
            self._posts = (*self._posts, *posts)
            for post in posts:
                post.thread.start()

    def end(self, workers: Sequence[Worker], within_s: float) -> list[str]:
        """End these, as `stop` does all; the others do not notice. From any thread but theirs. Returns the names of
        those that did not end in time: nobody waits for them any more, and they are never called again."""
        with self._turn:
            ending = [post for post in self._posts if any(post.worker is one for one in workers)]
            self._posts = tuple(post for post in self._posts if post not in ending)
        return self._end(ending, within_s)

    def wake(self, prefix: str = "") -> None:
        """Call the workers whose name begins so at once instead of when they asked to be called."""
        for post in self._posts:
            if post.worker.name.startswith(prefix):
                post.call.set()

    def hung(self) -> list[str]:
        """Names of the workers whose present step takes longer than any healthy one may."""
        now_s = self._clock.now().mono_s
        return [post.worker.name for post in self._posts if post.is_hung(now_s)]

    def stop(self, within_s: float) -> list[str]:
        """End all workers. Returns the names of those that did not end in time; their threads die with the process."""
        with self._turn:
            self._is_stopping = True
        return self._end(self._posts, within_s)

    def _end(self, posts: Sequence[_Post], within_s: float) -> list[str]:
        for post in posts:
            post.stopping.set()
            post.call.set()
        for post in posts:
            post.interrupt()
        deadline_s = self._clock.now().mono_s + within_s
        for post in posts:
            post.thread.join(max(0.0, deadline_s - self._clock.now().mono_s))
        return [post.worker.name for post in posts if post.thread.is_alive()]


class _Post:
    """A worker, its thread, and the bell that calls it."""

    def __init__(self, worker: Worker, clock: Clock, on_fatal: Callable[[], None]) -> None:
        self.worker = worker
        self.call = threading.Event()
        self.stopping = threading.Event()
        # A daemon thread: a step that hangs beyond every time-out must not keep the process from ending.
        self.thread = threading.Thread(target=self._run, name=worker.name, daemon=True)
        self._clock = clock
        self._on_fatal = on_fatal
        self._busy_since_s: float | None = None
        self._failures = 0

    def is_hung(self, now_s: float) -> bool:
        since_s = self._busy_since_s
        return since_s is not None and now_s - since_s > self.worker.patience_s

    def interrupt(self) -> None:
        try:
            self.worker.interrupt()
        except Exception as error:
            _log.warning("worker cannot be interrupted worker=%s error=%r", self.worker.name, str(error))

    def _run(self) -> None:
        while True:
            self.call.clear()  # before the look at `stopping`: a bell that `stop` rings must never be wiped out unheard
            if self.stopping.is_set():
                break
            next_s = self._step()
            self.call.wait(max(0.0, next_s - self._clock.now().mono_s))
        self.worker.close()

    def _step(self) -> float:
        now = self._clock.now()
        self._busy_since_s = now.mono_s
        try:
            next_s = self.worker.step(now)
        except StoreCorrupt as error:
            _log.critical("the database is damaged, starting again to set it aside error=%r", str(error))
            self._on_fatal()
            return now.mono_s + LONGEST_PAUSE_S
        except Exception as error:
            if self.stopping.is_set() and isinstance(error, GatewayError):
                _log.info("worker was broken off in the middle worker=%s error=%r", self.worker.name, str(error))
                return self._clock.now().mono_s  # by ourselves, to end: no failure
            return self._failed(error)
        finally:
            self._busy_since_s = None
        if self._failures:
            _log.info("worker is well again worker=%s failures=%d", self.worker.name, self._failures)
            self._failures = 0
        return next_s

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self._failures - 1, 10))
        foreseen = isinstance(error, GatewayError)
        level = logging.ERROR if self._failures == 1 else logging.DEBUG
        if not foreseen:
            level = logging.CRITICAL
        _log.log(
            level,
            "worker failed worker=%s failures=%d again_in_s=%.0f error=%r",
            self.worker.name,
            self._failures,
            pause_s,
            str(error),
            exc_info=None if foreseen else error,
        )
        return self._clock.now().mono_s + pause_s
