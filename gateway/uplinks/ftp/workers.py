"""Publishes many parcels over several FTP connections at once.

The threads live inside one call of `run` and never beyond it; each has a connection of its own, so nothing of it is
shared. Every wait of theirs has a time-out, and aborting the sockets ends them all.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

from gateway.core.errors import Crowded, DeliveryError, DestinationRejected
from gateway.core.interfaces import Parcel
from gateway.uplinks.ftp.publisher import FtpPublisher
from gateway.uplinks.ftp.session import FtpSession
from gateway.uplinks.pool.client import PoolClient
from gateway.uplinks.publish import Outcome


class UploadWorkers:
    """One delivery's workers. The first failure ends it: the others finish the file they are at. A server that is short
    of data connections (ProFTPD draws its passive ports by lot) gets by with fewer workers."""

    def __init__(
        self,
        connections: PoolClient[FtpSession],
        publisher: FtpPublisher,
        waiting: deque[Parcel],
        wait: Callable[[], bool],
    ) -> None:
        """`wait`: till the server takes another file; returns whether to go on, or raises `DeliveryDeferred`."""
        self._wait = wait
        self._connections = connections
        self._publisher = publisher
        self._waiting = waiting
        self._is_stopping = False
        self._at_work = 0
        self._count = threading.Lock()

    def run(self, first: FtpSession) -> Generator[Outcome, None, None]:
        """Publish what waits; what is left when this ends is for another round, for the live lane wants a connection.

        Raises:
            DeliveryError: the gravest that occurred, after everything that arrived was yielded.
        """
        worker_count = self._connections.worth_having(len(self._waiting))
        if worker_count == 1:
            yield from self._run_worker(first)
            return
        outcomes: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        with ThreadPoolExecutor(worker_count, thread_name_prefix="ftp") as threads:
            workers = [threads.submit(self._report, outcomes, first if n == 0 else None) for n in range(worker_count)]
            try:
                running = worker_count
                while running:
                    outcome = outcomes.get()
                    if outcome is None:
                        running -= 1
                    else:
                        yield outcome
            finally:
                self._is_stopping = True
        _raise_gravest(workers)

    def _report(self, outcomes: queue.SimpleQueue[Outcome | None], session: FtpSession | None) -> None:
        try:
            for outcome in self._run_worker(session):
                outcomes.put(outcome)
        finally:
            outcomes.put(None)

    def _run_worker(self, session: FtpSession | None) -> Iterator[Outcome]:
        """Publish until nothing waits, over this connection or another one, if there is one."""
        undecided: list[Parcel] = []
        try:
            session = session or self._connections.acquire_another()
            if session is None:
                return
            self._change_count(1)
            try:
                with session.as_delivery_errors():
                    for outcome in self._publisher.publish(session, lambda: self._next_parcel(undecided)):
                        undecided.remove(outcome.parcel)
                        yield outcome
            except Crowded:
                if self._change_count(-1) == 0:
                    raise
                self._waiting.extendleft(reversed(undecided))  # the others can do without this connection
                self._connections.log_out(session)
                return
            self._change_count(-1)
            self._connections.put_idle(session)  # for later, or because the live lane wants it
        except BaseException as error:
            self._is_stopping = True
            if isinstance(error, DeliveryError):
                self._waiting.extendleft(reversed(undecided))  # for whoever tries again
            raise

    def _next_parcel(self, undecided: list[Parcel]) -> Parcel | None:
        """The next parcel; `None`: none, or the caller's connection is wanted elsewhere."""
        if self._is_stopping or not self._waiting or self._connections.is_wanted_back():
            return None
        if not self._wait():
            return None
        try:
            parcel = self._waiting.popleft()
        except IndexError:  # another worker was faster
            return None
        undecided.append(parcel)
        return parcel

    def _change_count(self, change: int) -> int:
        """How many are at work afterwards."""
        with self._count:
            self._at_work += change
            return self._at_work


def _raise_gravest(workers: list[Future[None]]) -> None:
    """What nobody foresaw goes first, then what an administrator has to do something about."""
    wait(workers)
    failures = [failure for worker in workers if (failure := worker.exception()) is not None]
    if failures:
        raise min(failures, key=_gravity)


def _gravity(failure: BaseException) -> int:
    if not isinstance(failure, DeliveryError):
        return 0
    return 1 if isinstance(failure, DestinationRejected) else 2
