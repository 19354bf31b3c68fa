"""The unix socket that the relay connects to: where it lies, how it is made, and who may use it."""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
import stat
import struct
from pathlib import Path

from gateway.core.errors import CameraError
from gateway.core.phrase import Phrase

SOCKET_NAME = "relay.sock"
RELAY_USER = "gateway-relay"
"""As its unit has it."""
_LONGEST_PATH = 107
_CREDENTIALS = struct.Struct("3i")


class FeedUnavailable(CameraError):
    """The socket cannot be made. Recording goes on."""


def feed_socket(configured: Path | None, storage: Path) -> Path:
    """Where it lies: as configured, else in the folder that systemd made for this run, else in the storage folder."""
    if configured is not None:
        return configured
    run_time = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(run_time or storage) / SOCKET_NAME


def listen_at(file: Path) -> socket.socket:
    """A socket that listens there, and does not block. One that was left behind is removed; anything else never is.

    Raises:
        FeedUnavailable: the path cannot be used, or somebody listens there.
    """
    if len(os.fsencode(file)) > _LONGEST_PATH:
        raise FeedUnavailable(
            Phrase("{file} is too long for a socket: name a shorter one as cameras: relay: socket", file=file)
        )
    try:
        _remove_stale(file)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        before = os.umask(0o177)  # between the two steps, too, it is nobody else's
        try:
            listening.bind(os.fspath(file))
        except OSError:
            listening.close()
            raise
        finally:
            os.umask(before)
        _open_to_relay(file)
        listening.listen(4)
    except OSError as error:
        raise FeedUnavailable(
            Phrase("the relay's socket {file} cannot be made: {strerror}", file=file, strerror=error.strerror)
        ) from None
    return listening


def _remove_stale(file: Path) -> None:
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FeedUnavailable(Phrase("{file} is something else than a socket: move it away", file=file))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as asking:
        asking.settimeout(1.0)
        try:
            asking.connect(os.fspath(file))
        except ConnectionRefusedError:
            file.unlink()
        except FileNotFoundError:
            return
        else:
            raise FeedUnavailable(Phrase("somebody else listens at {file}", file=file))


def _open_to_relay(file: Path) -> None:
    """For the relay's user, where this machine has one. Whoever connects is looked at then: see `may_connect`."""
    with contextlib.suppress(KeyError):
        pwd.getpwnam(RELAY_USER)
        file.chmod(0o666)


def may_connect(channel: socket.socket) -> bool:
    """Whether the other end is our own user, root or the relay's, which the kernel says: it will be told passwords."""
    _, uid, _ = peer_credentials(channel)
    allowed = {0, os.geteuid()}
    with contextlib.suppress(KeyError):
        allowed.add(pwd.getpwnam(RELAY_USER).pw_uid)
    return uid in allowed


def peer_credentials(channel: socket.socket) -> tuple[int, int, int]:
    """Process, user and group at the other end."""
    pid, uid, gid = _CREDENTIALS.unpack(channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return pid, uid, gid
