"""The sockets of one uplink: connected within a time-out, abortable from another thread.

Every socket is registered in its uplink's `Sockets` before it connects, so `abort` ends any wait at once: a look-up, a
blocked connect, handshake, read or write fails as if the far end had gone. `Sockets` never reads, writes or retries.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.runtime.lookup import Address, Lookup
from gateway.uplinks.publish import one_line
from gateway.uplinks.timeouts import Deadline, Timeouts
from gateway.uplinks.tls_verdicts import verdict

# A connection on which both ends wait for the other says nothing for ever. So the system asks (after 30 s of silence,
# every 10 s, three times) and gives up; and it gives up on what it has sent if nobody acknowledges that for 30 s.
_KEEP_ALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30_000),
)


class Sockets:
    """All sockets that one uplink holds open now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._lookups: set[Lookup] = set()
        self._aborted = False
        self._batch: Deadline | None = None
        self._newest: object = None
        self._shunned: set[object] = set()

    @property
    def is_late(self) -> bool:
        """Whether the time for the present batch has passed."""
        return self._batch is not None and self._batch.is_over

    @contextmanager
    def batch(self, deadline: Deadline) -> Iterator[None]:
        """What is waited for inside has to be here by then, and nothing longer than usual."""
        self._batch = deadline
        try:
            yield
        finally:
            self._batch = None

    def deadline(self, clock: Clock, within_s: float) -> Deadline:
        """For one answer.

        Raises:
            TimeoutError: the time for the present batch has passed.
        """
        return Deadline(clock, within_s if self._batch is None else min(within_s, self._batch.left_s()))

    @property
    def aborted(self) -> bool:
        """Whether `abort` was called since the last `reset`."""
        return self._aborted

    def connect(self, host: str, port: int, connect_s: float, source: str | None = None) -> socket.socket:
        """Connect to the first address of `host` that accepts. The name is looked up afresh each time: an authority
        that moves its server is found without a restart. `source`: the address of this machine to connect from.

        Raises:
            OSError: unknown name, no address accepted in time, or the sockets were aborted. Of the last address tried.
        """
        addresses = self._in_turn(self._look_up(host, port, connect_s))
        each_s = min(connect_s, 2 * connect_s / max(1, len(addresses)))
        failure: OSError = OSError(Phrase("{host} has no address", host=host))
        for family, kind, protocol, _, address in addresses:
            try:
                connection = socket.socket(family, kind, protocol)
            except OSError as error:  # an address family this machine does not have
                failure = error
                continue
            try:
                connection.settimeout(each_s)
                self._register(connection)
                if source is not None:
                    connection.bind((source, 0))
                connection.connect(address)
                _prepare(connection)
            except OSError as error:
                self.close(connection)
                failure = error
            else:
                self._newest = address
                return connection
        raise failure

    def shun_newest(self) -> None:
        """Whoever was connected to last is tried after the other addresses of its name from now on: it accepts, and
        does not serve."""
        self._shunned.add(self._newest)

    def _in_turn(self, addresses: list[Address]) -> list[Address]:
        """Those that are shunned last; once all are, none is."""
        if self._shunned.issuperset(address for *_, address in addresses):
            self._shunned.clear()
        return sorted(addresses, key=lambda one: one[4] in self._shunned)

    def listen(self, address: str, family: int) -> socket.socket:
        """A listener on a free port, for one far end that is to connect to us."""
        listener = socket.create_server((address, 0), family=family, backlog=1)
        try:
            self._register(listener)
        except OSError:
            self.close(listener)
            raise
        return listener

    def accept(self, listener: socket.socket, from_address: str, within_s: float) -> socket.socket:
        """The connection of the far end, and of nobody else; the listener is closed.

        Raises:
            OSError: nobody came in time, or the sockets were aborted.
            ConnectionRefusedError: somebody else did.
        """
        try:
            listener.settimeout(within_s)
            connection, (caller, *_) = listener.accept()
        finally:
            self.close(listener)
        try:
            self._register(connection)
            if caller != from_address:
                raise ConnectionRefusedError(
                    Phrase("{caller} called in place of {from_address}", caller=caller, from_address=from_address)
                )
            _prepare(connection)
        except OSError:
            self.close(connection)
            raise
        return connection

    def replace(self, old: socket.socket, new: socket.socket) -> None:
        """`new` has taken over the connection of `old` (TLS wraps a socket by detaching it)."""
        with self._lock:
            self._open.discard(old)
        self._register(new)

    def take_over(self, connection: socket.socket, other: Sockets) -> None:
        """A connection of another uplink's is this one's from now on.

        Raises:
            OSError: these sockets were aborted.
        """
        with other._lock:
            other._open.discard(connection)
        self._register(connection)

    def close(self, connection: socket.socket) -> None:
        """Close one connection. Never raises."""
        with self._lock:  # so that `abort` never shuts down a descriptor that already belongs to something else
            self._open.discard(connection)
            with contextlib.suppress(OSError):
                connection.close()

    def abort(self) -> None:
        """Callable from any thread: every wait on these sockets fails now, and so does every further `connect` until
        `reset`."""
        with self._lock:
            self._aborted = True
            for lookup in self._lookups:
                lookup.give_up()
            for connection in self._open:
                _shut_down(connection)

    def reset(self) -> None:
        """Allow connecting again."""
        self._aborted = False

    def _look_up(self, host: str, port: int, within_s: float) -> list[Address]:
        with self._looking_up(Lookup(host, port)) as lookup:
            return lookup.addresses(within_s)

    @contextmanager
    def _looking_up(self, lookup: Lookup) -> Iterator[Lookup]:
        with self._lock:
            if self._aborted:
                raise ConnectionAbortedError("interrupted")
            self._lookups.add(lookup)
        try:
            yield lookup
        finally:
            with self._lock:
                self._lookups.discard(lookup)

    def _register(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
            if self._aborted:
                _shut_down(connection)
                raise ConnectionAbortedError("interrupted")


@contextmanager
def connection_errors(where: str, sockets: Sockets, timeouts: Timeouts) -> Iterator[None]:
    """Turns what happens to a connection inside into a `DeliveryError`."""
    try:
        yield
    except (OSError, EOFError) as error:
        if not sockets.aborted and (settled := verdict(error, where)) is not None:
            raise settled from error
        raise DeliveryDeferred(
            Phrase("{where}: {why_lost}", where=where, why_lost=why_lost(error, sockets, timeouts))
        ) from error
    except DeliveryError as error:
        if sockets.aborted:  # whatever it looked like
            raise DeliveryDeferred(Phrase("{where}: interrupted", where=where)) from error
        raise


def why_lost(error: Exception, sockets: Sockets, timeouts: Timeouts) -> str:
    """What a failure of a connection means, in words."""
    if sockets.aborted:
        return "interrupted"
    if sockets.is_late:
        return Phrase("not done in {batch_s:g} s, the server or the line is too slow", batch_s=timeouts.batch_s)
    if isinstance(error, TimeoutError):
        return Phrase("the server has said nothing for {answer_s:g} s", answer_s=timeouts.answer_s)
    if isinstance(error, EOFError):
        return Phrase("the server closed the connection")
    return Phrase("the connection failed ({one_line})", one_line=one_line(str(error)) or type(error).__name__)


def _prepare(connection: socket.socket) -> None:
    # A file ends in several small writes; waiting to fill a packet costs a delayed acknowledgement each time.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for level, option, value in _KEEP_ALIVE:
        connection.setsockopt(level, option, value)


def _shut_down(connection: socket.socket) -> None:
    # The plain socket's method also on TLS: its own forgets the encryption, and a reader would take ciphertext for
    # text.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
