"""A time server on a UDP port of loopback."""

import asyncio
from typing import Any

from stationsim.clock import Clock
from stationsim.model.time_server import TimeServerModel
from stationsim.ntp.answer import answer

_HOST = "127.0.0.1"


class TimeServer(asyncio.DatagramProtocol):
    """Times of faults count from its making."""

    def __init__(self, model: TimeServerModel, clock: Clock) -> None:
        self.model = model
        self._clock = clock
        self._began_s = clock.monotonic_s()
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> dict[str, Any]:
        """Where it listens, as the ready line shows it. Raises OSError."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(_HOST, self.model.port))
        self._transport = transport
        host, port = transport.get_extra_info("sockname")[:2]
        return {"host": host, "port": port}

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        now_ms = self._clock.wall_ms()
        elapsed_ms = (self._clock.monotonic_s() - self._began_s) * 1000
        said = answer(self.model, data, now_ms, self._clock.wall_ms(), elapsed_ms)
        if said is not None and self._transport is not None:
            self._transport.sendto(said, addr)
