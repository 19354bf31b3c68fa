"""A message by HTTPS POST, signed as Standard Webhooks has it (https://www.standardwebhooks.com, 1.0): `webhook-id`,
the same however often the message comes; `webhook-timestamp`, seconds of UTC; `webhook-signature`, `v1,` and the
base 64 of the HMAC-SHA256 over `id.timestamp.body`.

Promises: never to another address than the configured one (redirects are not followed), never without the server's
proof but on this machine; the secret stands in no message. One connection for each, closed afterwards.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from gateway import __version__
from gateway.alerts.server_connection import ServerConnection, TlsTrust
from gateway.config.alerts.webhook import WebhookUrl
from gateway.config.url_parts import host_in_url
from gateway.core.alert import AlertMessage
from gateway.core.alert_fields import alert_json
from gateway.core.errors import DeliveryDeferred, DeliveryError, DeliveryRefused, DestinationRejected
from gateway.core.instants import SECOND_MS
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line
from gateway.uplinks.sockets import Sockets

LONGEST_S = 30.0
_ENCODED = "whsec_"
"""A secret that begins so is base 64, says Standard Webhooks."""
_LONGEST_HEAD = 16_384
_MOST_SHOWN = 1_000
"""Bytes of an answer's body that are looked at, for what it says of a refusal."""
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n")
_LATER = (408, 425, 429)
_NOT_THIS_ONE = (413, 422)
_MOST_INTERIM = 8


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to, and with what. `address`, `secret`: read anew each time; raise `DestinationRejected`."""

    address: Callable[[], WebhookUrl]
    secret: Callable[[], str]
    trust: TlsTrust


class WebhookTeller:
    """See `gateway.core.alert.Teller`."""

    longest_s = LONGEST_S

    def __init__(self, webhook: Webhook, clock: Clock, longest_s: float = LONGEST_S) -> None:
        self._webhook = webhook
        self._clock = clock
        self.longest_s = longest_s
        self._sockets = Sockets()

    def tell(self, message: AlertMessage) -> None:
        """See `Teller`."""
        url, secret = self._webhook.address(), self._webhook.secret()
        body = alert_json(message)
        at_s = self._clock.now().wall_ms // SECOND_MS
        request = _head(url, message.id, at_s, signature(secret, message.id, at_s, body), len(body)) + body
        failure = _judged(*self._exchange(url, request), url.origin)
        if failure is not None:
            raise failure

    def shake_hands(self) -> None:
        """See whether the server is there and proves itself; nothing is sent.

        Raises:
            DeliveryError: no, or not now.
        """
        url = self._webhook.address()
        self._webhook.secret()
        self._with_connection(url, lambda connection: None)

    def abort(self) -> None:
        """See `Teller`."""
        self._sockets.abort()

    def _exchange(self, url: WebhookUrl, request: bytes) -> tuple[int, str]:
        answer: list[tuple[int, str]] = []

        def ask(connection: ServerConnection) -> None:
            connection.sendall(request)
            answer.append(_answer(connection, url.origin))

        self._with_connection(url, ask)
        return answer[0]

    def _with_connection(self, url: WebhookUrl, act: Callable[[ServerConnection], None]) -> None:
        connection = ServerConnection(self._sockets, url.origin, self._clock, self.longest_s)
        try:
            connection.connect(url.host, url.port)
            if url.is_encrypted:
                connection.secure(self._webhook.trust)
            act(connection)
        except (OSError, EOFError) as error:
            raise connection.failure_of(error) from error
        finally:
            connection.close()


def signature(secret: str, message_id: str, at_s: int, body: bytes) -> str:
    """What stands in `webhook-signature`.

    Raises:
        DestinationRejected: the secret says that it is base 64, and is not.
    """
    key = secret.encode()
    if secret.startswith(_ENCODED):
        try:
            key = base64.b64decode(secret.removeprefix(_ENCODED), validate=True)
        except binascii.Error:
            raise DestinationRejected(
                Phrase("the secret begins with {encoded} and is no base 64 after it", encoded=_ENCODED)
            ) from None
    signed = hmac.new(key, f"{message_id}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def _head(url: WebhookUrl, message_id: str, at_s: int, signed: str, length: int) -> bytes:
    usual = 443 if url.is_encrypted else 80
    host = host_in_url(url.host) + ("" if url.port == usual else f":{url.port}")
    fields = {
        "Host": host,
        "User-Agent": f"station-gateway/{__version__}",
        "Content-Type": "application/json",
        "Content-Length": str(length),
        "Accept": "*/*",
        "Connection": "close",
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": signed,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {url.target} HTTP/1.1\r\n{lines}\r\n".encode("ascii")


def _answer(connection: ServerConnection, where: str) -> tuple[int, str]:
    """The status of the answer, and what it says, as one line.

    Raises:
        DestinationRejected: what answers is no web server.
        OSError, EOFError: the connection failed.
    """
    rest = b""
    for _ in range(_MOST_INTERIM):
        head, rest = _head_of_answer(connection, rest, where)
        status = _STATUS.match(head)
        if status is None:
            raise _no_web(head, where)
        if int(status[1]) >= 200:
            words = one_line(f"{status[1].decode()} {(status[2] or b'').decode('latin-1')}".strip())
            said = one_line(rest[:_MOST_SHOWN].decode("utf-8", "replace"))
            return int(status[1]), f"{words}: {said[:120]}" if said and not said.startswith("<") else words
    raise _no_web(head, where)


def _head_of_answer(connection: ServerConnection, read: bytes, where: str) -> tuple[bytes, bytes]:
    """One head, and what came after it. `read`: what has come of it already."""
    while b"\r\n\r\n" not in read:
        more = connection.recv(4096)
        if not more:
            raise EOFError
        read += more
        if len(read) > _LONGEST_HEAD or not (b"HTTP/1.".startswith(read[:7]) or read.startswith(b"HTTP/1.")):
            raise _no_web(read, where)
    head, _, rest = read.partition(b"\r\n\r\n")
    return head + b"\r\n", rest


def _no_web(said: bytes, where: str) -> DestinationRejected:
    shown = one_line(said[:60].decode("latin-1"))
    return DestinationRejected(
        Phrase("{where}: this is no web server (it answers {shown!r}); correct host and port", where=where, shown=shown)
    )


def _judged(status: int, words: str, where: str) -> DeliveryError | None:
    """What the answer means; `None`: the message was taken."""
    if 200 <= status < 300:
        return None
    if status in _LATER or status >= 500:
        return DeliveryDeferred(Phrase("{where}: not now ({words})", where=where, words=words), by_server=True)
    if status in _NOT_THIS_ONE:
        return DeliveryRefused(Phrase("{where}: does not take this message ({words})", where=where, words=words))
    if 300 <= status < 400:
        return DestinationRejected(
            Phrase("{where}: has moved ({words}), and is not followed; write its new url", where=where, words=words)
        )
    if status in (401, 403):
        return DestinationRejected(
            Phrase(
                "{where}: does not let us in ({words}); is the secret the one that it has?", where=where, words=words
            )
        )
    return DestinationRejected(
        Phrase("{where}: takes no messages there ({words}); correct the url", where=where, words=words)
    )
