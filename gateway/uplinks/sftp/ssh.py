"""An SSH connection that carries SFTP: connected, pinned to a host key, logged in, every wait bounded. paramiko stays
here and in its neighbours.

Nothing secret is sent before the server has proven a pinned key. A server may have several: before one is said to have
changed, each kind that it offers has been asked for, the kind that was found last time first. No agent, no `~/.ssh`, no
known_hosts: only what the configuration names.
"""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Iterator, Sequence

import paramiko

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line
from gateway.uplinks.sftp.channel import SftpProtocolError
from gateway.uplinks.sftp.login import LogIn, SshAccount, not_sftp, without_words
from gateway.uplinks.sftp.negotiation import is_hopeless, negotiate
from gateway.uplinks.sftp.offers import offers_in
from gateway.uplinks.sftp.transport import HOST_KEYS, StationTransport, signatures_of
from gateway.uplinks.sftp.watched_socket import WatchedSocket
from gateway.uplinks.sockets import Sockets, why_lost
from gateway.uplinks.timeouts import Deadline, Timeouts

# Whatever it has to say reaches the courier as an exception; its own lines would only repeat it, with tracebacks.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

_KEEP_ALIVE_S = 60
"""Shorter than routers forget an idle connection, so that the next file, five minutes later, need not log in again."""
_WORDS_BYTES = 300
_LAST_WORDS_S = 2.0


class SshConnection:
    """One logged-in connection with one SFTP channel."""

    def __init__(
        self, sockets: Sockets, where: str, host: str, port: int, account: SshAccount, timeouts: Timeouts, clock: Clock
    ) -> None:
        """Connect, check the host key, log in, open the channel.

        Raises:
            DeliveryDeferred: no connection, or the server fell silent or hung up.
            DestinationRejected: another host key, no SSH server, nothing in common, or the server refuses us.
        """
        self._sockets = sockets
        self._where = where
        self._address = host, port
        self._account = account
        self._timeouts = timeouts
        self._clock = clock
        self._heard = bytearray()
        self._meet_pinned()
        self._log_in = LogIn(where, self._transport, account, self.trouble, self._was_closed)
        try:
            with self._step():
                self._log_in.run()
            with self._step():
                self.channel = self._open_channel()
        except BaseException:
            self.close()
            raise

    @property
    def software(self) -> str:
        """What the server calls itself."""
        return one_line(self._transport.remote_version)

    @property
    def warning(self) -> str:
        """What it said at the log-in of the end of the password or of the account."""
        return self._log_in.warning

    @property
    def host_key(self) -> str:
        """The fingerprint of the key that the server has proven."""
        return self._transport.get_remote_server_key().fingerprint

    def sendall(self, data: bytes) -> None:
        self.channel.sendall(data)

    def recv(self, nbytes: int, deadline: Deadline) -> bytes:
        """What has come, at most so much."""
        self.channel.settimeout(deadline.left_s())
        received = self.channel.recv(nbytes)
        if len(self._heard) < _WORDS_BYTES:
            self._heard += received[:_WORDS_BYTES]
        return received

    def alive(self) -> bool:
        return self._transport.is_active() and not self.channel.closed

    def trouble(self, error: Exception) -> DeliveryDeferred:
        """What a failure of the connection means."""
        if self.socket.silent_too_long:
            error = TimeoutError()
        return DeliveryDeferred(
            Phrase("{where}: {why_lost}", where=self._where, why_lost=why_lost(error, self._sockets, self._timeouts))
        )

    def _was_closed(self) -> bool:
        """Whether the far end has ended the connection, rather than we for its silence or at somebody's wish."""
        return not (self.socket.silent_too_long or self._sockets.aborted or self._sockets.is_late)

    def move_to(self, sockets: Sockets) -> None:
        """Another uplink's connection from now on.

        Raises:
            OSError: its sockets were aborted.
        """
        former, self._sockets = self._sockets, sockets
        sockets.take_over(self.socket, former)

    def close(self) -> None:
        """Close and wait for paramiko's threads to end. Never raises."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # ends the thread's wait; closing alone would leave it polling
        self._transport.close()
        self._transport.packetizer.complete_handshake()  # cancels a timer that would outlive a failed negotiation
        if self._transport.ident is not None:
            self._transport.join(2.0)
        self._sockets.close(self.socket)

    def why_no_sftp(self, error: Exception) -> DeliveryError:
        """What it means that the channel ended, or brought something else, before SFTP was agreed on. To be asked
        before `close`."""
        if isinstance(error, TimeoutError) or not self._was_closed():
            return self.trouble(error)
        words = self._words_of_the_channel()
        if words:
            return not_sftp(self._where, self._account.user, words)
        status = self.channel.recv_exit_status() if self.channel.exit_status_ready() else -1
        if status > 0:
            return without_words(self._where, self._account.user, status)
        if self.alive() and isinstance(error, SftpProtocolError):
            return not_sftp(self._where, self._account.user, str(error))
        if self._transport.disconnection is not None:
            return self._log_in.hung_up()
        if not self._transport.is_active():
            return self.trouble(error)
        return DeliveryDeferred(
            Phrase("{where}: the server closed the SFTP channel at once", where=self._where), by_server=True
        )

    def _words_of_the_channel(self) -> str:
        """What a shell or a program said in place of SFTP, such as that the password has expired."""
        self.channel.status_event.wait(
            _LAST_WORDS_S
        )  # OpenSSH sends the end of the one stream before the other's words
        said = self.channel.recv_stderr(_WORDS_BYTES) if self.channel.recv_stderr_ready() else b""
        if said or not self._heard[:1] or self._heard[:1] == b"\0":  # an SFTP packet begins with its length
            return said.decode(errors="replace").strip()
        return self._heard[:_WORDS_BYTES].decode(errors="replace").strip()

    def _meet_pinned(self) -> None:
        """Connect to a server that proves a pinned key, whichever of its keys that is."""
        kinds = sorted(HOST_KEYS, key=lambda kind: kind != self._account.known.pinned_kind)
        shown: list[paramiko.PKey] = []
        while kinds:
            self._connect(kinds)
            try:
                with self._step():
                    negotiate(self._where, self._transport, self.socket, self._timeouts.answer_s, self.trouble)
                shown.append(key := self._host_key())
            except BaseException:
                self.close()
                raise
            if key.fingerprint in self._account.host_keys:
                self._account.known.pinned_kind = key.get_name()
                return
            kinds = self._others_offered(kinds, key.get_name())
            self.close()
        raise self._is_not_pinned(shown)

    def _connect(self, kinds: Sequence[str]) -> None:
        try:
            connected = self._sockets.connect(*self._address, self._timeouts.connect_s)
        except OSError as error:
            raise DeliveryDeferred(
                Phrase("{where}: no connection ({one_line})", where=self._where, one_line=one_line(str(error)))
            ) from error
        self.socket = WatchedSocket(connected, self._timeouts.answer_s, is_hopeless)
        self.socket.watch(True)
        try:
            self._sockets.replace(connected, self.socket)
        except OSError as error:
            self._sockets.close(self.socket)
            raise self.trouble(error) from error
        self._transport = self._new_transport(kinds)

    @contextlib.contextmanager
    def _step(self) -> Iterator[None]:
        """A step of the log-in, which has to be done in time even if the server drips."""
        self.socket.finish_by(self._sockets.deadline(self._clock, self._timeouts.answer_s))
        yield
        self.socket.finish_by(None)

    def _new_transport(self, kinds: Sequence[str]) -> StationTransport:
        transport = StationTransport(self.socket, self._account.legacy, kinds)
        transport.banner_timeout = self._timeouts.answer_s
        transport.handshake_timeout = self._timeouts.answer_s
        transport.auth_timeout = self._timeouts.answer_s
        transport.channel_timeout = self._timeouts.answer_s
        transport.clear_to_send_timeout = self._timeouts.answer_s
        return transport

    def _host_key(self) -> paramiko.PKey:
        try:
            return self._transport.get_remote_server_key()
        except paramiko.SSHException as error:  # `start_client` returns without a word when its time is up
            raise self.trouble(TimeoutError()) from error

    def _others_offered(self, asked: Sequence[str], shown: str) -> list[str]:
        """Kinds of keys that the server has besides the one that it has shown."""
        offers = offers_in(self.socket.heard_first)
        offered = set() if offers is None else set(offers.host_keys)
        old_rsa = self._transport.takes_old_rsa
        return [kind for kind in asked if kind != shown and offered & set(signatures_of(kind, old_rsa))]

    def _is_not_pinned(self, shown: Sequence[paramiko.PKey]) -> DestinationRejected:
        first = shown[0].fingerprint
        keys = " and ".join(
            Phrase("the {get_name} host key {fingerprint}", get_name=key.get_name(), fingerprint=key.fingerprint)
            for key in shown
        )
        return DestinationRejected(
            Phrase(
                "{where}: the server shows {keys}, expected {host_keys}; only if the authority confirms the new "
                'key, write host_key: "{first}"',
                where=self._where,
                keys=keys,
                host_keys=" or ".join(self._account.host_keys),
                first=first,
            )
        )

    def _open_channel(self) -> paramiko.Channel:
        self._transport.set_keepalive(_KEEP_ALIVE_S)
        channel = None
        try:
            channel = self._transport.open_session(timeout=self._timeouts.answer_s)
            channel.settimeout(self._timeouts.answer_s)
            channel.invoke_subsystem("sftp")
        except paramiko.SSHException as error:
            refused = channel is not None or isinstance(error, paramiko.ChannelException)
            if refused and self._transport.is_active():
                raise DestinationRejected(
                    Phrase(
                        "{where}: the account may not use SFTP ({one_line})",
                        where=self._where,
                        one_line=one_line(str(error)),
                    )
                ) from error
            raise self._ended(error) from error
        except (EOFError, OSError) as error:
            raise self._ended(error) from error
        return channel

    def _ended(self, error: Exception) -> DeliveryError:
        return self.trouble(error) if self._transport.disconnection is None else self._log_in.hung_up()
