"""One request and its whole answer, through httpx: nothing is followed, nothing taken from the environment, the answer
bounded. What fails is a `DeliveryError`, whose words have no secret in them."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import TracebackType

from gateway import __version__
from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.https.http_libraries import httpcore, httpx
from gateway.uplinks.https.network import HouseNetwork
from gateway.uplinks.https.road_server import RoadServer
from gateway.uplinks.publish import one_line
from gateway.uplinks.sockets import Sockets, connection_errors
from gateway.uplinks.timeouts import Timeouts

# They log requests with their headers, the token among them, where everything is logged.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

MOST_ANSWERED = 4_000_000
"""Bytes. The results of ten thousand orders are one million."""
KEPT_S = 60.0
"""How long an idle connection is worth keeping."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`location`: where else it sends us; `None`: nowhere."""

    status: int
    body: bytes
    location: str | None = None

    @property
    def words(self) -> str:
        """The status as people know it."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


@dataclass(frozen=True, slots=True)
class SeenExchange:
    """A request as it was sent, with the `secrets` that are in it, and what came back: an answer, or the error in its
    place. Not to be shown as it is: see `shown_exchange`."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    secrets: tuple[str, ...]
    answer: HttpAnswer | None
    error: str | None


class Pieces(httpx.SyncByteStream):
    """A body of parts with a comma between, so that it need not be in memory a second time as one."""

    def __init__(self, parts: Sequence[bytes], opens: bytes = b"", closes: bytes = b"") -> None:
        """At least one part."""
        self._parts = parts
        self._opens = opens
        self._closes = closes
        self.length = len(opens) + sum(map(len, parts)) + len(parts) - 1 + len(closes)

    def __iter__(self) -> Iterator[bytes]:
        """With each part what stands before it: a small write of its own would be a packet of its own."""
        before = self._opens
        for part in self._parts[:-1]:
            yield before + part
            before = b","
        yield before + self._parts[-1] + self._closes


class HttpsExchange:
    """One kept connection to one server. For one thread, but for `abort`."""

    def __init__(self, server: RoadServer, clock: Clock, watch: Callable[[SeenExchange], None] | None = None) -> None:
        """`watch` is told of each request once it is over."""
        self._server = server
        self._watch = watch
        self._timeouts = Timeouts(answer_s=server.timeout_s)
        self._sockets = Sockets()
        self._network = HouseNetwork(server, self._sockets, clock, self._timeouts)
        self._client: httpx.Client | None = None

    def post(self, path: str, body: Pieces, headers: Mapping[str, str], secrets: Sequence[str]) -> HttpAnswer:
        """`path` from the server's root. `secrets` are what no message may show.

        Raises:
            DeliveryDeferred: the connection failed, the time is over, or what came is no HTTP or too large.
            DestinationRejected: the server is not the one we know, or does not let us connect.
        """
        if self._watch is None:
            return self._exchanged(path, body, headers, secrets)
        seen = SeenExchange(path, headers, b"".join(body), tuple(secrets), None, None)
        try:
            answer = self._exchanged(path, body, headers, secrets)
        except DeliveryError as error:
            self._watch(replace(seen, error=error.words))
            raise
        self._watch(replace(seen, answer=answer))
        return answer

    def _exchanged(self, path: str, body: Pieces, headers: Mapping[str, str], secrets: Sequence[str]) -> HttpAnswer:
        where = str(self._server)
        self._sockets.reset()
        self._network.begin()
        try:
            with connection_errors(where, self._sockets, self._timeouts):
                return self._post(path, body, headers)
        except (httpx.HTTPError, httpcore.ProtocolError, httpcore.NetworkError) as error:
            self._sockets.shun_newest()
            said = _masked(one_line(str(error)), secrets)
            if self._sockets.aborted:
                said = "interrupted"
            raise DeliveryDeferred(
                Phrase("{where}: no whole answer ({said})", where=where, said=said or type(error).__name__)
            ) from None
        except DeliveryDeferred:
            self._sockets.shun_newest()
            raise

    def abort(self) -> None:
        self._sockets.abort()

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _post(self, path: str, body: Pieces, headers: Mapping[str, str]) -> HttpAnswer:
        client = self._client = self._client or self._opened()
        told = {"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json"}
        told |= {"User-Agent": f"station-gateway/{__version__}", "Content-Length": str(body.length), **headers}
        url = f"{self._server}{path}"
        request = client.build_request("POST", url, headers=told, content=body)
        answer = client.send(request, stream=True)
        try:
            return HttpAnswer(answer.status_code, self._bounded(answer), answer.headers.get("Location"))
        finally:
            answer.close()

    def _bounded(self, answer: httpx.Response) -> bytes:
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise DeliveryDeferred(
                Phrase("{server}: a packed answer, which nobody asked for", server=self._server), by_server=True
            )
        read = bytearray()
        for part in answer.iter_raw():
            read += part
            if len(read) > MOST_ANSWERED:
                raise DeliveryDeferred(
                    Phrase(
                        "{server}: the answer is larger than {most_answered} bytes",
                        server=self._server,
                        most_answered=MOST_ANSWERED,
                    ),
                    by_server=True,
                )
        return bytes(read)

    def _opened(self) -> httpx.Client:
        return httpx.Client(transport=_HouseTransport(self._network), trust_env=False, follow_redirects=False)


class _HouseTransport(httpx.BaseTransport):
    """httpx's requests over one connection of ours."""

    def __init__(self, network: HouseNetwork) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # used by nobody: see `HouseStream.start_tls`
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=KEPT_S,
            network_backend=network,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Answer(answer))

    def close(self) -> None:
        self._pool.close()

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


class _Answer(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer.iter_stream())

    def close(self) -> None:
        self._answer.close()


def _masked(words: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        words = words.replace(secret, "***") if secret else words
    return words
