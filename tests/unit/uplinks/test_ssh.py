"""The moments of an SSH connection that a real server gives no handle on."""

from __future__ import annotations

import socket

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.runtime.clock import SystemClock
from gateway.uplinks.sftp.login import SshAccount
from gateway.uplinks.sftp.ssh import SshConnection
from gateway.uplinks.sftp.watched_socket import WatchedSocket
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Timeouts

ACCOUNT = SshAccount("station", ("SHA256:" + "A" * 43,), lambda: "secret")


class AbortedRightAfterConnecting(Sockets):
    def connect(self, host: str, port: int, connect_s: float) -> socket.socket:
        connection = super().connect(host, port, connect_s)
        self.abort()
        return connection


def test_an_abort_between_connecting_and_talking_is_an_interruption() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(DeliveryDeferred, match="interrupted"):
            SshConnection(
                AbortedRightAfterConnecting(), "sftp here", "127.0.0.1", port, ACCOUNT, Timeouts(), SystemClock()
            )


def test_a_watched_socket_reports_the_end_after_too_much_silence() -> None:
    near, far = socket.socketpair()
    with far:
        watched = WatchedSocket(near, longest_silence_s=0.05)
        watched.settimeout(0.02)
        with pytest.raises(TimeoutError):
            watched.recv(1)
        assert not watched.silent_too_long, "nobody waits"
        watched.watch(True)
        with pytest.raises(TimeoutError):
            watched.recv(1)
        far.sendall(b"x")
        assert watched.recv(1) == b"x"
        for _ in range(2):
            with pytest.raises(TimeoutError):
                watched.recv(1)
        assert watched.recv(1) == b""
        assert watched.silent_too_long
        watched.close()
