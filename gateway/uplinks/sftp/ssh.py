"""An SSH connection that carries SFTP: connected, pinned to a host key, logged in, every wait bounded. paramiko stays
here.

Nothing secret is sent before the server has proven the pinned key. No agent, no `~/.ssh`, no known_hosts: only what the
configuration names.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import paramiko

from gateway.core.errors import Crowded, DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.uplinks.publish import one_line
from gateway.uplinks.sftp.watched_socket import WatchedSocket
from gateway.uplinks.sockets import Sockets, why_lost
from gateway.uplinks.timeouts import Deadline, Timeouts

# Whatever it has to say reaches the courier as an exception; its own lines would only repeat it, with tracebacks.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

_KEEP_ALIVE_S = 60
"""Shorter than routers forget an idle connection, so that the next file, five minutes later, need not log in again."""


@dataclass(frozen=True, slots=True)
class SshAccount:
    """Whom to log in, and which host key the server must prove. Secrets are asked for when they are needed."""

    user: str
    host_keys: tuple[str, ...]
    """Each `SHA256:` and 43 characters, as `ssh-keygen -lf` prints it; any of them will do."""
    password: Callable[[], str] | None = None
    private_key: Callable[[], str] | None = None
    """The text of a private key without passphrase: ed25519, ecdsa or rsa. Preferred to the password."""


class SshConnection:
    """One logged-in connection with one SFTP channel."""

    def __init__(
        self, sockets: Sockets, where: str, host: str, port: int, account: SshAccount, timeouts: Timeouts, clock: Clock
    ) -> None:
        """Connect, check the host key, log in, open the channel.

        Raises:
            DeliveryDeferred: no connection, or the server fell silent or hung up.
            DestinationRejected: another host key, or the server refuses us.
        """
        self._sockets = sockets
        self._where = where
        self._timeouts = timeouts
        self._clock = clock
        try:
            connected = sockets.connect(host, port, timeouts.connect_s)
        except OSError as error:
            raise DeliveryDeferred(f"{where}: no connection ({one_line(str(error))})") from error
        self.socket = WatchedSocket(connected, timeouts.answer_s)
        self.socket.watch(True)
        try:
            sockets.replace(connected, self.socket)
        except OSError as error:
            sockets.close(self.socket)
            raise self.trouble(error) from error
        self._transport = self._new_transport()
        try:
            with self._step():
                self._negotiate()
            self._check_host_key(account.host_keys)
            with self._step():
                self._log_in(account)
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
    def host_key(self) -> str:
        """The fingerprint of the key that the server has proven."""
        return self._transport.get_remote_server_key().fingerprint

    def sendall(self, data: bytes) -> None:
        self.channel.sendall(data)

    def recv(self, nbytes: int, deadline: Deadline) -> bytes:
        """What has come, at most so much."""
        self.channel.settimeout(deadline.left_s())
        return self.channel.recv(nbytes)

    def alive(self) -> bool:
        return self._transport.is_active() and not self.channel.closed

    def trouble(self, error: Exception) -> DeliveryDeferred:
        """What a failure of the connection means."""
        if self.socket.silent_too_long:
            error = TimeoutError()
        return DeliveryDeferred(f"{self._where}: {why_lost(error, self._sockets, self._timeouts)}")

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

    @contextlib.contextmanager
    def _step(self) -> Iterator[None]:
        """A step of the log-in, which has to be done in time even if the server drips."""
        self.socket.finish_by(self._sockets.deadline(self._clock, self._timeouts.answer_s))
        yield
        self.socket.finish_by(None)

    def _new_transport(self) -> paramiko.Transport:
        transport = paramiko.Transport(self.socket)
        transport.banner_timeout = self._timeouts.answer_s
        transport.handshake_timeout = self._timeouts.answer_s
        transport.auth_timeout = self._timeouts.answer_s
        transport.channel_timeout = self._timeouts.answer_s
        transport.clear_to_send_timeout = self._timeouts.answer_s
        return transport

    def _negotiate(self) -> None:
        try:
            self._transport.start_client(timeout=self._timeouts.answer_s)
        except paramiko.SSHException as error:
            if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
                raise DestinationRejected(f"{self._where}: no common encryption ({one_line(str(error))})") from error
            raise self._no_greeting() or self.trouble(error) from error
        except (EOFError, OSError) as error:
            raise self.trouble(error) from error

    def _no_greeting(self) -> DeliveryDeferred | None:
        """If the far end did not greet as SSH servers do: OpenSSH says `Exceeded MaxStartups` and hangs up while too
        many others log in, some hang up without a word."""
        if self._transport.remote_version or self.socket.silent_too_long or self._sockets.aborted:
            return None
        said = one_line(self.socket.heard_first.decode(errors="replace"))
        if not said:
            return DeliveryDeferred(f"{self._where}: the server hung up before it had said anything")
        return Crowded(f"{self._where}: no SSH log-in now, the server says: {said}")

    def _check_host_key(self, pinned: tuple[str, ...]) -> None:
        try:
            key = self._transport.get_remote_server_key()
        except paramiko.SSHException as error:  # `start_client` returns without a word when its time is up
            raise self.trouble(TimeoutError()) from error
        if key.fingerprint not in pinned:
            raise DestinationRejected(
                f"{self._where}: the server shows the {key.get_name()} host key {key.fingerprint}, expected"
                f" {' or '.join(pinned)}; only if the authority confirms the new key, write"
                f' host_key: "{key.fingerprint}"'
            )

    def _log_in(self, account: SshAccount) -> None:
        try:
            if account.private_key is not None:
                how, further = "key", self._log_in_by_key(account.user, account.private_key())
            elif account.password is not None:
                how, further = "password", self._transport.auth_password(account.user, account.password())
            else:
                raise DestinationRejected(f"{self._where}: neither password nor key is configured")
        except paramiko.BadAuthenticationType as error:
            offered = ", ".join(error.allowed_types)
            raise DestinationRejected(
                f"{self._where}: the server lets nobody in this way; it offers: {offered}"
            ) from None
        except paramiko.AuthenticationException as error:
            # paramiko uses the same class for a wrong password and for a server that hung up or said nothing.
            if "timeout" in str(error):
                raise self.trouble(TimeoutError()) from None
            if not self._transport.is_active():
                raise self.trouble(EOFError()) from None
            secret = "key" if account.private_key is not None else "password"
            raise DestinationRejected(
                f"{self._where}: the server refuses user {account.user} with this {secret};"
                " check both with the authority"
            ) from None
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise self.trouble(error) from None
        if further:
            raise DestinationRejected(
                f"{self._where}: after the {how} the server asks for more ({', '.join(further)}),"
                " which a station cannot give"
            )

    def _log_in_by_key(self, user: str, text: str) -> list[str]:
        return self._transport.auth_publickey(user, _private_key(text, self._where))

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
                    f"{self._where}: the account may not use SFTP ({one_line(str(error))})"
                ) from error
            raise self.trouble(error) from error
        except (EOFError, OSError) as error:
            raise self.trouble(error) from error
        return channel


def _private_key(text: str, where: str) -> paramiko.PKey:
    """Raises `DestinationRejected` without a word of the key."""
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text + "\n"))
        except paramiko.PasswordRequiredException:
            raise DestinationRejected(
                f"{where}: the private key asks for a passphrase; make one without: gateway keys new"
            ) from None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise DestinationRejected(
        f"{where}: the private key is none of ed25519, ecdsa, rsa, or damaged; make another: gateway keys new"
    )
