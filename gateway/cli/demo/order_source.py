"""The programs of a coach station that make transport orders: one moves files into a folder, one types a command, one
asks over HTTP. Each order has a picture with it."""

from __future__ import annotations

import base64
import http.client
import json
import random
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from gateway.cli.demo.coach_station import CoachStation
from gateway.core.interfaces import Clock

WRONG_ROUTE = "WRONG-ROUTE"
"""The road administration knows its route only later."""
_LEAVES_AFTER_MS = 1_800_000
_WIDTH, _HEIGHT = 400, 300
_WITHIN_S = 30.0
_HOST = "127.0.0.1"


class OrderSource:
    """`taken`: the orders of which we were told that they were taken, or that were moved in whole; by way."""

    def __init__(self, station: CoachStation, folder: Path, clock: Clock) -> None:
        self._station = station
        self._folder = folder / "made"
        self._folder.mkdir()
        self._clock = clock
        self._random = random.Random(1)  # noqa: S311  # plates and pictures
        self._number = 0
        self._typed: tuple[str, subprocess.Popen[bytes]] | None = None
        self._ways: tuple[tuple[str, Callable[[str], bool]], ...] = (
            ("folder", self._move_in),
            ("HTTP", self._post),
            ("folder", self._move_in),
            ("command", self._type),
        )
        self.taken: dict[str, list[str]] = {"folder": [], "command": [], "HTTP": []}

    def submit(self) -> None:
        """One order, by the next way. Whoever is not told that it was taken submits it again later: here nobody."""
        way, act = self._ways[self._number % len(self._ways)]
        self._number += 1
        name = WRONG_ROUTE if self._number == 1 else f"BXMD-{self._number:05d}"
        if act(name):
            self.taken[way].append(name)

    def is_heard(self) -> bool:
        """Whether somebody listens over HTTP."""
        with closing(socket.socket()) as probe:
            return probe.connect_ex((_HOST, self._station.door)) == 0

    def finish(self) -> None:
        """The command that was typed comes to its end."""
        if self._typed is not None:
            name, command = self._typed
            if command.wait() == 0:
                self.taken["command"].append(name)
            self._typed = None

    @property
    def count(self) -> int:
        return sum(map(len, self.taken.values()))

    def _move_in(self, name: str) -> bool:
        """The picture first, then the order, which is written under another name before it has its own."""
        spool = self._station.spool
        (spool / f"{name}.png").write_bytes(self._picture())
        part = spool / f"{name}.part"
        part.write_bytes(self._order(name, f"{name}.png"))
        part.rename(spool / f"{name}.json")
        return True

    def _type(self, name: str) -> bool:
        file = self._folder / f"{name}.json"
        (self._folder / f"{name}.png").write_bytes(self._picture())
        file.write_bytes(self._order(name, f"{name}.png"))
        asked = [sys.executable, "-m", "gateway", "orders", "submit", str(file)]
        asked += ["--config", str(self._station.configuration)]
        self.finish()
        typed = subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self._typed = name, typed
        return False  # its end says so

    def _post(self, name: str) -> bool:
        image = {"name": "front.png", "content": base64.b64encode(self._picture()).decode("ascii")}
        with closing(http.client.HTTPConnection(_HOST, self._station.door, timeout=_WITHIN_S)) as connection:
            try:
                authorization = {"Authorization": f"Bearer {self._station.token}"}
                connection.request("POST", "/orders", self._order(name, image), authorization)
                return connection.getresponse().status == http.client.CREATED
            except (OSError, http.client.HTTPException):
                return False

    def _order(self, name: str, image: Any) -> bytes:
        now_ms = self._clock.now().wall_ms
        plate = (
            f"{self._random.choice(('29B', '30E', '51F'))}-{self._random.randint(100, 999)}.{self._number % 100:02d}"
        )
        order = {"id": name, "issued_ms": now_ms, "plate": plate, "operator": "0100109106", "station": "BXMD"}
        order |= {"department": "01", "route": "2901.1511.A", "departure_ms": now_ms + _LEAVES_AFTER_MS}
        order |= {"driver": {"name": "Nguyễn Văn A", "licence": "010123456789"}, "images": [image]}
        order["position"] = {"lat": 21.0284, "lon": 105.7783}
        return json.dumps(order, ensure_ascii=False).encode()

    def _picture(self) -> bytes:
        """Some 90 kB, each another."""
        return png(_WIDTH, _HEIGHT, self._random.randbytes)


def png(width: int, height: int, noise: Callable[[int], bytes]) -> bytes:
    """A picture in grey that does not pack well, as photographs do not."""
    rows = b"".join(b"\0" + noise(width) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
