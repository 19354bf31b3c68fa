"""One TCP port of a neighbour: open, closed (refused) or mute (no answer), at the same number all the time."""

import asyncio
import socket
from collections import Counter

from stationsim.model.neighbour import DoorModel

_QUEUE_FILLERS = 3


class Door:
    """`connections`: how many came; `received_bytes`: what they said, which is nothing if they only look."""

    def __init__(self, host: str, model: DoorModel) -> None:
        self.model = model
        self._host = host
        self._number = model.port
        self._keeper: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._mute: list[socket.socket] = []
        self._clients: set[asyncio.StreamWriter] = set()
        self.tally: Counter[str] = Counter()

    async def take(self) -> None:
        """The number is kept from here on, whether the door is open or not. Raises OSError."""
        keeper = socket.socket()
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._keeper = keeper
        keeper.bind((self._host, self._number))
        self._number = int(keeper.getsockname()[1])
        if self.model.open:
            await self.open()

    def reached(self) -> dict[str, str | int | bool]:
        return {"host": self._host, "port": self._number, "open": self.model.open}

    async def open(self) -> None:
        self._unmute()
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, self._host, self._number, reuse_address=True)

    async def close(self) -> None:
        """Refused from here on, and nobody stays connected."""
        self._unmute()
        if self._server is None:
            return
        self._server.close()
        for client in tuple(self._clients):
            client.transport.abort()
        self._server = None

    async def mute(self) -> None:
        """A queue that is full and never emptied: the kernel leaves who comes without an answer."""
        await self.close()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._mute = [listener]
        listener.bind((self._host, self._number))
        listener.listen(0)
        for _ in range(_QUEUE_FILLERS):
            filler = socket.socket()
            filler.setblocking(False)
            self._mute.append(filler)
            filler.connect_ex((self._host, self._number))

    async def release(self) -> None:
        await self.close()
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None

    def _unmute(self) -> None:
        for held in self._mute:
            held.close()
        self._mute = []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tally["connections"] += 1
        self._clients.add(writer)
        try:
            while said := await reader.read(4096):
                self.tally["received_bytes"] += len(said)
        except OSError:
            pass  # the client tore the connection down: its affair
        finally:
            self._clients.discard(writer)
            writer.close()
