"""`gateway web`: the process. One event loop; whatever reads a database does so in one of a few threads."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from gateway import __version__
from gateway.config.listen import ListenAddress
from gateway.core.errors import GatewayError
from gateway.runtime.systemd import Notifier
from gateway.web.lean_uvicorn import Config, Server
from gateway.web.limits import (
    LARGEST_HEADERS,
    MOST_CONNECTIONS,
    MOST_OF_ONE_ADDRESS,
    BoundedListener,
    BoundedLoop,
    BoundedProtocol,
)
from gateway.web.live import News

if TYPE_CHECKING:
    import ssl

_log = logging.getLogger(__name__)

BACKLOG = 128
IDLE_S = 15
END_WITHIN_S = 5


@dataclass(frozen=True, slots=True)
class Service:
    """One application on one address."""

    name: str
    app: ASGIApp
    listen: ListenAddress
    tls: ssl.SSLContext | None = None


class _Server(Server):
    """Leaves signals to us: there may be two of them in this process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(services: Sequence[Service], news: News | None, notifier: Notifier) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code.

    Raises:
        GatewayError: an address cannot be listened at.
    """
    sockets = [_listen(one.listen) for one in services]
    with asyncio.Runner(loop_factory=BoundedLoop) as runner:
        return runner.run(_serve(services, sockets, news, notifier))


def _listen(address: ListenAddress) -> socket.socket:
    try:
        host = address.host.encode()  # as text, Python would load its tables of all the world's scripts for it
        found = socket.getaddrinfo(host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, where = found[0]
        # Whoever comes through a tunnel comes from loopback: all of them are one address there.
        listener = BoundedListener(family, most_of_one=MOST_CONNECTIONS if address.is_local else MOST_OF_ONE_ADDRESS)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(where)
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        raise GatewayError(f"nobody can listen at {address} ({error.strerror}): {_advice(error)}") from None
    return listener


def _advice(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "ports below 1024 need a right of their own, take 8080, or see the unit's comment"
    return "is another page or program there already? Write another web.listen"


async def _serve(
    services: Sequence[Service], sockets: Sequence[socket.socket], news: News | None, notifier: Notifier
) -> int:
    servers = [_Server(_config(one)) for one in services]
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _end, servers)
    running = [asyncio.create_task(server.serve([listener])) for server, listener in zip(servers, sockets, strict=True)]
    watching = asyncio.create_task(_watch(servers, news, notifier, services))
    await asyncio.wait([*running, watching], return_when=asyncio.FIRST_COMPLETED)
    ended_in_order = all(server.should_exit for server in servers)
    _end(servers)
    notifier.stopping()
    watching.cancel()
    for one in await asyncio.gather(*running, watching, return_exceptions=True):
        if isinstance(one, BaseException) and not isinstance(one, asyncio.CancelledError):
            _log.error("page ended by a fault error=%r", repr(one))
            ended_in_order = False
    _log.info("page stopped")
    return 0 if ended_in_order else 1


def _end(servers: Sequence[Server]) -> None:
    for server in servers:
        server.should_exit = True


def _config(service: Service) -> Config:
    made = Config(
        service.app,
        log_config=None,
        access_log=False,
        lifespan="off",
        loop="asyncio",
        http=BoundedProtocol,
        h11_max_incomplete_event_size=LARGEST_HEADERS,
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=END_WITHIN_S,
    )
    if service.tls is not None:
        made.load()
        made.ssl = service.tls
    return made


async def _watch(servers: Sequence[Server], news: News | None, notifier: Notifier, services: Sequence[Service]) -> None:
    """Say that it is ready, then feed systemd's watchdog as long as the databases are looked at."""
    while not all(server.started for server in servers):
        await asyncio.sleep(0.02)
    where = " ".join(f"{one.name}=http{'' if one.tls is None else 's'}://{one.listen}" for one in services)
    _log.info("page started version=%s %s", __version__, where)
    notifier.ready(where)
    if news is not None:
        await news.watch(notifier.alive)
    while True:
        notifier.alive()
        await asyncio.sleep(1)
