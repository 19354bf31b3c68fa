"""Who answers at the relay's address, asked once by hand."""

from __future__ import annotations

import errno
import socket
import ssl
from enum import StrEnum

from gateway.config.listen import ListenAddress
from gateway.core.errors import CameraError
from gateway.core.phrase import Phrase

_TIMEOUT_S = 3.0
_EVERY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # asked at this machine's own
_QUESTION = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"


class RelayPort(StrEnum):
    ANSWERS = "answers"
    """An RTSP server is there."""
    FREE = "free"
    """Nobody is, and a relay could be."""


def ask_relay_port(address: ListenAddress, *, is_encrypted: bool) -> RelayPort:
    """
    Raises:
        CameraError: something else is there, or no relay could be.
    """
    failure = _try_to_listen(address)
    if failure is None:
        return RelayPort.FREE
    if failure.errno == errno.EADDRNOTAVAIL:
        raise CameraError(
            Phrase(
                "the relay cannot listen at {address}: no interface of this machine has this address", address=address
            )
        )
    try:
        connection = socket.create_connection((_EVERY.get(address.host, address.host), address.port), _TIMEOUT_S)
    except OSError:
        raise CameraError(
            Phrase("the relay cannot listen at {address}: {words}", address=address, words=_words(failure))
        ) from None
    try:
        with connection:
            answer = _ask(_encrypted(connection) if is_encrypted else connection)
    except OSError as error:
        raise CameraError(
            Phrase(
                "at {address} somebody listens and does not answer as a relay: {words}",
                address=address,
                words=_words(error),
            )
        ) from error
    if not answer.startswith(b"RTSP/"):
        raise CameraError(
            Phrase(
                "at {address} another program listens, which is no relay: give the relay another port", address=address
            )
        )
    return RelayPort.ANSWERS


def _try_to_listen(address: ListenAddress) -> OSError | None:
    """Why not; `None`: nobody is there, and one could be."""
    with socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address.host, address.port))
            tried.listen()
        except OSError as error:
            return error
    return None


def _encrypted(plain: socket.socket) -> socket.socket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # whether it is the relay is asked, not whether it is ours
    return context.wrap_socket(plain)


def _ask(connection: socket.socket) -> bytes:
    connection.sendall(_QUESTION)
    return connection.recv(64)


def _words(error: OSError) -> str:
    return error.strerror or str(error)
