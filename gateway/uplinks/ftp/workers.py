"""Publishes many parcels over several FTP connections at once.

The threads live inside one call of `work` and never beyond it; each has a connection of its own, so nothing of ftplib
is shared. Every wait of theirs has a time-out, and aborting the sockets ends them all.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

from gateway.core.errors import Crowded, DeliveryError, DestinationRejected
from gateway.core.interfaces import Parcel
from gateway.uplinks.ftp.connections import FtpConnections
from gateway.uplinks.ftp.steps import FtpSteps, Outcome


class UploadWorkers:
    """One delivery's workers. The first trouble ends it: the others finish the file they are at. A server that is short
    of data connections (ProFTPD draws its passive ports by lot) gets by with fewer workers."""

    def __init__(self, connections: FtpConnections, waiting: deque[Parcel]) -> None:
        self._connections = connections
        self._waiting = waiting
        self._stopping = False
        self._at_work = 0
        self._count = threading.Lock()

    def work(self, first: FtpSteps) -> Iterator[Outcome]:
        """Publish what waits; what is left when this ends is for another round, for the live lane wants a connection.

        Raises:
            DeliveryError: the gravest that occurred, after everything that arrived was yielded.
        """
        hands = self._connections.worker_count(len(self._waiting))
        if hands == 1:
            yield from self._run_worker(first)
            return
        outcomes: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        with ThreadPoolExecutor(hands, thread_name_prefix="ftp") as pool:
            runs = [pool.submit(self._report, outcomes, first if n == 0 else None) for n in range(hands)]
            try:
                at_work = hands
                while at_work:
                    outcome = outcomes.get()
                    if outcome is None:
                        at_work -= 1
                    else:
                        yield outcome
            finally:
                self._stopping = True
        _raise_gravest(runs)

    def _report(self, outcomes: queue.SimpleQueue[Outcome | None], steps: FtpSteps | None) -> None:
        try:
            for outcome in self._run_worker(steps):
                outcomes.put(outcome)
        finally:
            outcomes.put(None)

    def _run_worker(self, steps: FtpSteps | None) -> Iterator[Outcome]:
        """Publish until nothing waits, over this connection or another one, if there is one."""
        unsure: list[Parcel] = []
        """Taken, and no outcome yet."""
        try:
            steps = steps or self._connections.another()
            if steps is None:
                return
            self._begins()
            try:
                with self._connections.as_delivery_errors(steps):
                    for outcome in steps.publish(lambda: self._take(unsure)):
                        unsure.remove(outcome.parcel)
                        yield outcome
            except Crowded:
                if not self._can_spare_one():
                    raise
                self._waiting.extendleft(reversed(unsure))
                self._connections.close_one(steps)
                return
            self._ends()
            self._connections.put_idle(steps)  # for later, or because the live lane wants it
        except BaseException:
            self._stopping = True
            raise

    def _take(self, unsure: list[Parcel]) -> Parcel | None:
        """The next parcel; `None`: none, or the caller's connection is wanted elsewhere."""
        if self._stopping or not self._waiting or self._connections.is_wanted_back():
            return None
        try:
            parcel = self._waiting.popleft()
        except IndexError:
            return None
        unsure.append(parcel)
        return parcel

    def _begins(self) -> None:
        with self._count:
            self._at_work += 1

    def _ends(self) -> None:
        with self._count:
            self._at_work -= 1

    def _can_spare_one(self) -> bool:
        """Whether somebody else is at work; the caller then no longer is."""
        with self._count:
            if self._at_work == 1:
                return False
            self._at_work -= 1
            return True


def _raise_gravest(runs: list[Future[None]]) -> None:
    """What nobody foresaw goes first, then what an administrator has to do something about."""
    wait(runs)
    failures = [failure for run in runs if (failure := run.exception()) is not None]
    if failures:
        raise min(failures, key=_gravity)


def _gravity(failure: BaseException) -> int:
    if not isinstance(failure, DeliveryError):
        return 0
    return 1 if isinstance(failure, DestinationRejected) else 2
