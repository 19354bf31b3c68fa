"""What systemd is told (sd_notify(3)). Without systemd nothing happens."""

from __future__ import annotations

import contextlib
import os
import socket


def tell_systemd(message: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel,
    ):
        channel.sendto(message.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
