"""One FTP connection that is logged in, with the data connections on which files go over, one each.

- Round trips saved: commands that need not wait for each other go in one packet, and a file's first bytes do not wait
  for the word that they are welcome: three round trips a file in place of seven, four under TLS, and one for the data
  connection to be made. The word that the file is coming is always ahead of it. Both are hopes (`Optimisms`).
- A good last word counts, however the data connection ended: some servers close it at once, or without `close_notify`.
- `TCP_NODELAY` (see `sockets`): `close_notify` is a small write behind another, held back until the far end's delayed
  acknowledgement: 42 ms a file at ProFTPD, measured on loopback. A data socket is closed only after the reply that the
  transfer is complete: closing it with unread bytes would reset the connection under the server's hands.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.bounds import MOST_BYTES, MOST_FILES
from gateway.uplinks.ftp.control import ControlConnection, done
from gateway.uplinks.ftp.data import Opening, finish, port_command, port_of, send_early
from gateway.uplinks.ftp.login import FtpServer, log_in
from gateway.uplinks.ftp.optimism import Optimism, Optimisms
from gateway.uplinks.ftp.replies import FtpError, Reply, judged
from gateway.uplinks.publish import join
from gateway.uplinks.sockets import Sockets, connection_errors
from gateway.uplinks.timeouts import Timeouts
from gateway.uplinks.tls import begin_tls

_TRANSFER_ANSWERS = 3
"""A listing or a file that we fetch may take as long as this many answers."""
_MISUNDERSTOOD = ("425", "500", "501", "503")
"""It waited for nothing, or took two commands for one or the wrong one for the first."""
_QUOTED_PATH = re.compile(r'257 "((?:[^"]|"")*)"')


class Overlong(Exception):
    """The server sends more than we take. The connection is still good."""


class FtpSession(ControlConnection):
    """Methods raise `FtpError`, `EOFError` and `OSError`, or within `as_delivery_errors` what these mean."""

    def __init__(
        self, server: FtpServer, sockets: Sockets, timeouts: Timeouts, clock: Clock, optimisms: Optimisms
    ) -> None:
        """Connect, protect, log in.

        Raises:
            DeliveryDeferred: no connection, or not now.
            DestinationRejected: the server refuses us, or is not the server we know.
        """
        super().__init__(sockets, timeouts, clock, optimisms)
        self.where = str(server)
        self.is_new = True
        """Opened by the uplink that has it now, not taken over."""
        self.last_word = Reply("")
        """To what was received last."""
        self.opening = None if server.passive else Opening.ACTIVE
        """How data connections come about, as far as the server has shown it."""
        self.resumes_tls: bool | None = None
        """Whether the server continued the control connection's TLS session on the last data connection."""
        self.is_whole_sent = False
        """Whether all of the last file that was to be stored has been given to the system."""
        self.hopes: list[Optimism] = []
        """Under which the last file was stored, the one to be given up first at the beginning."""
        self._resumed = False
        try:
            with connection_errors(self.where, sockets, timeouts):
                try:
                    self._context = log_in(self, server)
                    self.base = self._absolute(server.path)
                except FtpError as error:
                    raise DeliveryDeferred(
                        Phrase("{where}: no log-in now ({error})", where=self.where, error=error), by_server=True
                    ) from error
        except BaseException:
            self.close()
            raise

    def take_over(self, sockets: Sockets) -> bool:
        """See `PooledConnection.take_over`. Servers end idle connections after a few minutes."""
        former, self._sockets = self._sockets, sockets
        self._answer_s = self._timeouts.probe_s
        try:
            sockets.take_over(self._control, former)
            self.demand("NOOP")
        except (FtpError, OSError, EOFError):
            return False
        finally:
            self._answer_s = self._timeouts.answer_s
        self.is_new = False
        return True

    @contextmanager
    def as_delivery_errors(self) -> Iterator[None]:
        """See `pool.uplink.Session`."""
        with connection_errors(self.where, self._sockets, self._timeouts):
            try:
                yield
            except FtpError as error:
                raise judged(error, self.where, resumed=self._resumed) from error

    def path(self, folder: str) -> str:
        """A folder below the base as the server names it."""
        return join(self.base, folder)

    def is_there(self, folder: str) -> bool:
        """Whether this folder exists and may be entered."""
        reply = self.ask(f"CWD {folder}")
        if not reply.is_refusal:
            done(reply)
        return reply.is_done

    def remove(self, path: str) -> None:
        """Delete a file if that is possible. What cannot go stays, and hides no better error."""
        with contextlib.suppress(FtpError):
            self.ask(f"DELE {path}")

    def store(
        self, path: str, content: bytes, *, after: tuple[str, ...] = (), replies: list[Reply] | None = None
    ) -> Reply:
        """Upload, when these other commands have been carried out; `replies` gets the replies to them, as far as they
        come. Returns the last one to the upload, good (the transfer is complete) or bad."""
        self.is_whole_sent, self.hopes = False, []
        try:
            with self._transfer(f"STOR {path}", content, after, replies) as (data, rest):
                if rest is not None:
                    data.sendall(rest)
                    self.is_whole_sent = True
                    _finish(data, self._timeouts.answer_s)
                answer = done(self._reply())
                self._resumed = self._context is not None
        except FtpError as error:
            answer = error.reply
            if answer.code == "421" or not answer.is_bad:
                raise
        except (OSError, EOFError) as error:
            for hope in self.hopes:
                if hope is not self.pipelining:  # that has been told
                    hope.failed(str(error) or type(error).__name__)
            raise
        return answer

    def receive(self, command: str, most: int = MOST_BYTES) -> bytes:
        """What the server sends in answer to `NLST`, `MLSD`, `RETR` …

        Raises:
            Overlong: it is more than `most` bytes; the rest is not waited for.
        """
        self.hopes = []
        try:
            received = self._fetched(command, most)
        except FtpError as error:
            if not self.hopes or error.reply.code not in _MISUNDERSTOOD:
                raise
            self.plainly = [self.pipelining]
            self.pipelining.failed(str(error))
            try:
                received = self._fetched(command, most)
                self.pipelining.plain_worked()
            except FtpError:
                self.pipelining.plain_failed()
                raise
            finally:
                self.plainly = []
        return received

    def _fetched(self, command: str, most: int) -> bytes:
        received = bytearray()
        deadline = self._sockets.deadline(self._clock, _TRANSFER_ANSWERS * self._timeouts.answer_s)
        # Suppressed: that a server closes without close_notify. The reply tells whether all has come.
        with self._transfer(command) as (data, _), contextlib.suppress(ssl.SSLError):
            while len(received) <= most and (chunk := data.recv(65_536)):
                received += chunk
                data.settimeout(min(self._timeouts.answer_s, deadline.left_s()))
        self.last_word = reply = self._reply()
        if len(received) > most:  # then it only says that we closed
            raise Overlong(Phrase("{split} gave more than {most} MB", split=command.split()[0], most=most // 1000000))
        done(reply)
        return bytes(received)

    def lines(self, command: str) -> list[str]:
        """The lines of a listing, as the server writes them.

        Raises:
            Overlong: see `receive`; or there are too many.
        """
        received = self.receive(command)
        if received.count(b"\n") > MOST_FILES:
            raise Overlong(
                Phrase("{split} gave more than {most_files} lines", split=command.split()[0], most_files=MOST_FILES)
            )
        return received.decode(errors="replace").splitlines()

    def _absolute(self, path: str) -> str:
        if path.startswith("/") and not path.startswith("/~"):
            return path
        found = _QUOTED_PATH.match(done(self.ask("PWD")).text)
        return join(found[1].replace('""', '"') if found else "/", path.removeprefix("/~").strip("/"))

    @contextmanager
    def _transfer(
        self,
        command: str,
        content: bytes | None = None,
        after: tuple[str, ...] = (),
        replies: list[Reply] | None = None,
    ) -> Iterator[tuple[socket.socket, bytes | None]]:
        """A data connection on which the server has begun to carry out the command, and what of the content is still to
        be sent; `None` when the server has been told that it was all. `replies` gets those to what goes before."""
        try:
            data, rest = self._begun(command, content, after, [] if replies is None else replies)
            try:
                yield data, rest
            finally:
                self._sockets.close(data)
        except (TimeoutError, ssl.SSLCertVerificationError):
            raise
        except OSError:
            reason = self._reply()  # "no space left" explains more than a broken pipe
            if reason.is_begun:
                reason = self._reply()
            if reason.is_bad:
                raise FtpError(reason) from None
            raise

    def _begun(
        self, command: str, content: bytes | None, after: tuple[str, ...], replies: list[Reply]
    ) -> tuple[socket.socket, bytes | None]:
        if self.opening in (Opening.PASV, Opening.EPSV) and self.hopes_for(self.pipelining):
            self.hopes = [self.pipelining]
            with self.pipelining.trial():
                self._send(*after, self.opening.value, command)
                replies.extend(self._reply() for _ in after)
                return self._passive(self._announced_port(), None, content)
        replies.extend(self.ask(one) for one in after)
        if self.opening is Opening.ACTIVE:
            return self._active(command), content
        return self._passive(self._open_port(), command, content)

    def _announced_port(self) -> int:
        """The port in the answer to what has been sent with the command that needs it."""
        reply = self._reply()
        if reply.is_bad:
            other = self._reply()  # the command is answered, too, or there is no telling which answer is to what
            if not other.is_bad:
                raise FtpError(other)
        return port_of(reply)

    def _passive(self, port: int, command: str | None, content: bytes | None) -> tuple[socket.socket, bytes | None]:
        """Make a data connection. `command`: what it is for, unless that has been said already; only then content may
        set out at once."""
        data = self._sockets.connect(self._control.getpeername()[0], port, self._timeouts.connect_s)
        try:
            data.settimeout(self._timeouts.answer_s)
            if command is not None:
                self._send(command)
            if self._context is not None:
                data = self._begin_tls(data, self._context)
            elif content is not None and command is None and self.hopes_for(self.optimisms.early_data):
                self.hopes.insert(0, self.optimisms.early_data)
                content = send_early(data, content) or None
                if content is None:
                    self.is_whole_sent = True
                    _finish(data, self._timeouts.answer_s)
            self._hear_go_ahead()
            self._end_handshake(data)
        except BaseException:
            self._sockets.close(data)
            raise
        return data, content

    def _active(self, command: str) -> socket.socket:
        """A data connection that the server makes to us."""
        listener = self._sockets.listen(self._control.getsockname()[0], self._control.family)
        try:
            self.demand(port_command(listener))
            self._send(command)
            self._hear_go_ahead()
        except BaseException:
            self._sockets.close(listener)
            raise
        data = self._sockets.accept(listener, self._control.getpeername()[0], self._timeouts.connect_s)
        try:
            data.settimeout(self._timeouts.answer_s)
            if self._context is not None:
                data = self._begin_tls(data, self._context)
            self._end_handshake(data)
        except BaseException:
            self._sockets.close(data)
            raise
        return data

    def _begin_tls(self, data: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        return begin_tls(self._sockets, data, context, self._host, self.secured.session if self.secured else None)

    def _end_handshake(self, data: socket.socket) -> None:
        if isinstance(data, ssl.SSLSocket):
            data.do_handshake()
            self.resumes_tls = data.session_reused

    def _open_port(self) -> int:
        """Ask for a passive port, by whichever command this server takes; it is remembered."""
        # PASV first over IPv4: firewalls at the server's side that open ports by listening in know it best.
        ways = (Opening.EPSV, Opening.PASV) if self._control.family == socket.AF_INET6 else (Opening.PASV, Opening.EPSV)
        refused = []
        for way in ways if self.opening is None else (self.opening,):
            reply = self.ask(way.value)
            if not reply.is_refusal:
                self.opening = way
                return port_of(reply)
            refused.append(str(reply))
        # Not by their codes: 522 means a protocol here (RFC 2428), and a TLS session in answer to a transfer.
        raise FtpError(Reply(Phrase("no passive port: {refused}", refused="; ".join(refused))))

    def _hear_go_ahead(self) -> None:
        reply = self._reply()
        if reply.is_done:  # some servers say 200 before 150
            reply = self._reply()
        if not reply.is_begun:
            raise FtpError(reply)


def _finish(data: socket.socket, timeout_s: float) -> None:
    """The server may have closed already, having all of it: what it says of that counts."""
    try:
        finish(data, timeout_s)
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise
