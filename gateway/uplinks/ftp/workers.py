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

from gateway.core.errors import Crowded, DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel
from gateway.core.phrase import Phrase
from gateway.uplinks.ftp.optimism import Optimism
from gateway.uplinks.ftp.publisher import FtpPublisher
from gateway.uplinks.ftp.session import FtpSession
from gateway.uplinks.pool.client import PoolClient
from gateway.uplinks.publish import Denied, Outcome


class UploadWorkers:
    """One delivery's workers. The first failure ends it: the others finish the file they are at. A server that is short
    of data connections (ProFTPD draws its passive ports by lot) gets by with fewer workers."""

    def __init__(
        self,
        connections: PoolClient[FtpSession],
        publisher: FtpPublisher,
        waiting: deque[Parcel],
        wait: Callable[[], bool],
        several: Optimism,
    ) -> None:
        """`wait`: till the server takes another file; returns whether to go on, or raises `DeliveryDeferred`.
        `several`: the hope that the server bears several connections."""
        self._wait = wait
        self._several = several
        self.were_several = False
        """Whether more than one has been at work at once, or was about to be."""
        self._delivering: set[FtpSession] = set()
        self.doubtful: list[Denied] = []
        """Which the server may take over one connection."""
        self._crowded_out: list[str] = []
        """The server's words to each worker that left."""
        self._connections = connections
        self._publisher = publisher
        self._waiting = waiting
        self._is_stopping = False
        self._at_work = 0
        self._started = 0
        self._count = threading.Lock()

    def run(self, first: FtpSession) -> Generator[Outcome, None, None]:
        """Publish what waits; what is left when this ends is for another round, for the live lane wants a connection.

        Raises:
            DeliveryError: the gravest that occurred, after everything that arrived was yielded.
        """
        worker_count = self._connections.worth_having(len(self._waiting)) if self._several.allowed else 1
        try:
            if worker_count == 1:
                yield from self._run_worker(first)
            else:
                yield from self._run_several(worker_count, first)
        finally:
            self._waiting.extendleft(one.parcel for one in reversed(self.doubtful))
        if self.doubtful:
            raise DeliveryDeferred(
                Phrase("{where}: denied ({words})", where=first.where, words=self.doubtful[0].words), by_server=True
            )

    def _run_several(self, worker_count: int, first: FtpSession) -> Iterator[Outcome]:
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
        if self._crowded_out and self._started - len(self._crowded_out) == 1:
            self._several.failed(self._crowded_out[0])
            self._several.plain_worked()
        elif len(self._delivering) > 1 and not (self._crowded_out or self.doubtful):
            self._several.worked()

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
            if session is None:
                self.were_several = True
                session = self._connections.acquire_another()
            if session is None:
                return
            self._change_count(1)
            try:
                with session.as_delivery_errors():
                    for outcome in self._publisher.publish(session, lambda: self._next_parcel(undecided)):
                        undecided.remove(outcome.parcel)
                        if not self._is_doubtful(session, outcome):
                            yield outcome
            except Crowded as error:
                if self._change_count(-1) == 0:
                    raise
                self._crowded_out.append(str(error))
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

    def _is_doubtful(self, session: FtpSession, outcome: Outcome) -> bool:
        """Whether this may be because several connections are open, which the server has not been seen to bear: then
        it decides nothing."""
        if isinstance(outcome, Denied):
            if self._several.proven or not self._connections.are_several:
                return False
            self._is_stopping = True
            self.doubtful.append(outcome)
            return True
        if isinstance(outcome, Delivered) and self._at_work > 1:
            self._delivering.add(session)
            self._several.proven |= len(self._delivering) > 1
        return False

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
            self._started += change > 0
            self._several.in_use = self._at_work > 1
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
