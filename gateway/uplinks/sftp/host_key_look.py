"""Looks at the key that an SSH server proves to have, whoever it is: for people who have to compare it.

Says nothing of us: no user, no password. What is seen is trusted by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import paramiko

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line
from gateway.uplinks.sftp.negotiation import is_hopeless, negotiate
from gateway.uplinks.sftp.transport import HOST_KEYS, StationTransport
from gateway.uplinks.sftp.watched_socket import WatchedSocket
from gateway.uplinks.sockets import Sockets, why_lost
from gateway.uplinks.timeouts import Deadline, Timeouts


@dataclass(frozen=True, slots=True)
class ShownHostKey:
    """`kind`: such as ssh-ed25519; `fingerprint` as `ssh-keygen -lf` prints it."""

    kind: str
    fingerprint: str
    software: str


def look_at_host_key(host: str, port: int, clock: Clock) -> ShownHostKey:
    """The strongest key that it has.

    Raises:
        DeliveryError: there is no connection, no SSH server, or nothing in common with it.
    """
    where, sockets, timeouts = f"sftp {host}:{port}", Sockets(), Timeouts(connect_s=5.0, answer_s=10.0)
    try:
        connected = sockets.connect(host, port, timeouts.connect_s)
    except OSError as error:
        raise DeliveryDeferred(
            Phrase("{where}: no connection ({one_line})", where=where, one_line=one_line(str(error)))
        ) from error
    watched = WatchedSocket(connected, timeouts.answer_s, is_hopeless)
    watched.watch(True)
    sockets.replace(connected, watched)
    transport = StationTransport(watched, (), HOST_KEYS)
    transport.banner_timeout = transport.handshake_timeout = timeouts.answer_s

    def trouble(error: Exception) -> DeliveryDeferred:
        return DeliveryDeferred(Phrase("{where}: {why_lost}", where=where, why_lost=why_lost(error, sockets, timeouts)))

    try:
        watched.finish_by(Deadline(clock, timeouts.answer_s))
        negotiate(where, transport, watched, timeouts.answer_s, trouble)
        key = transport.get_remote_server_key()
        return ShownHostKey(key.get_name(), key.fingerprint, one_line(transport.remote_version))
    except paramiko.SSHException as error:
        raise trouble(error) from error
    finally:
        transport.close()
        transport.packetizer.complete_handshake()  # cancels a timer that would outlive a failed negotiation
        if transport.ident is not None:
            transport.join(2.0)
        sockets.close(watched)
