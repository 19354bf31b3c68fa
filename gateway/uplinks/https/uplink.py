"""Sends transport orders to a road administration's server and tells what became of each. See `OrderUplink`.

Promises: one connection, kept; a token is renewed before it ends, and once when the server takes it no longer; what was
signed is sent byte for byte. Never follows to another address, never shows password or token in a message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected, OrdersRefused
from gateway.core.interfaces import Clock
from gateway.core.order_codes import CodeRemedy, code_remedy
from gateway.core.order_uplink import OrderAccepted, OrderParcel, OrderPutOff, OrderRefused
from gateway.core.phrase import Phrase
from gateway.uplinks.https.answers import (
    LoginToken,
    NoJson,
    OrderResult,
    code_of,
    parsed,
    results_in,
    said,
    token_in,
    wrapped,
)
from gateway.uplinks.https.road_server import RoadServer
from gateway.uplinks.https.transport import HttpAnswer, HttpsExchange, Pieces, SeenExchange
from gateway.uplinks.publish import one_line

RENEWED_BEFORE_S = 60.0
"""So long before its end a token is not used any more; of a short one the last fifth."""
_NOT_THESE = (400, 413, 415, 422)
_LATER = (408, 425, 429)
_SYSTEM_CODES = range(20_000, 40_000)


class HttpsUplink:
    """For one thread, but for `abort`."""

    def __init__(self, server: RoadServer, clock: Clock, watch: Callable[[SeenExchange], None] | None = None) -> None:
        """`watch`: see `HttpsExchange`."""
        self._server = server
        self._profile = server.profile
        self._clock = clock
        self._exchange = HttpsExchange(server, clock, watch)
        self._token: str | None = None
        self._renew_at_s = float("inf")
        self._opens, self._closes = wrapped(server.profile.orders)

    def submit(self, parcels: Sequence[OrderParcel]) -> Iterator[OrderAccepted | OrderRefused | OrderPutOff]:
        """See `OrderUplink`."""
        answer = self._sent(parcels)
        if not 200 <= answer.status < 300:
            raise self._failure(answer)
        for parcel, result in self._results(answer, parcels):
            yield self._outcome(parcel, result)

    def log_in(self) -> None:
        """Log in anew. Raises as `submit` does."""
        self._log_in()

    def size_of(self, parcel: OrderParcel) -> int:
        """See `OrderUplink`."""
        return len(parcel.document) + 1

    def abort(self) -> None:
        """See `OrderUplink`."""
        self._exchange.abort()

    def close(self) -> None:
        """See `OrderUplink`."""
        self._exchange.close()
        self._token = None

    def _sent(self, parcels: Sequence[OrderParcel]) -> HttpAnswer:
        """The answer to the orders; a token that is not taken is renewed once."""
        is_new = self._token is None or self._clock.now().mono_s >= self._renew_at_s
        if is_new:
            self._log_in()
        answer = self._post_orders(parcels)
        if answer.status == 401 and not is_new:
            self._log_in()
            answer = self._post_orders(parcels)
        if answer.status == 401:
            self._token = None
            raise DestinationRejected(
                Phrase(
                    "{server}: does not take the token that it has just given ({said})",
                    server=self._server,
                    said=self._said(answer),
                )
            )
        return answer

    def _post_orders(self, parcels: Sequence[OrderParcel]) -> HttpAnswer:
        token = self._token or ""
        body = Pieces([one.document for one in parcels], self._opens, self._closes)
        headers = {"Authorization": self._profile.authorization.replace("{token}", token), **self._profile.headers}
        path = self._server.base + self._profile.submit_path
        return self._exchange.post(path, body, headers, [token])

    def _log_in(self) -> None:
        self._token = None
        password = self._server.password()
        words = {"{user}": self._server.user, "{password}": password}
        body = {name: _filled(text, words) for name, text in self._profile.login_body.items()}
        content = Pieces([json.dumps(body, ensure_ascii=False).encode()])
        path = self._server.base + self._profile.login_path
        answer = self._exchange.post(path, content, self._profile.headers, [password])
        given = self._given(answer, password)
        self._token = given.text
        life_s = float("inf") if given.life_s is None else given.life_s
        self._renew_at_s = self._clock.now().mono_s + life_s - min(RENEWED_BEFORE_S, life_s / 5)

    def _given(self, answer: HttpAnswer, password: str) -> LoginToken:
        where, words = self._server, self._said(answer, password)
        if answer.status in _LATER or answer.status >= 500:
            raise DeliveryDeferred(Phrase("{where}: no log-in now ({words})", where=where, words=words), by_server=True)
        if 300 <= answer.status < 400:
            raise self._moved(answer)
        if not 200 <= answer.status < 300:
            raise DestinationRejected(
                Phrase(
                    "{where}: the log-in of {user} was refused ({words})",
                    where=where,
                    user=self._server.user,
                    words=words,
                )
            )
        try:
            document = parsed(answer.body)
        except NoJson as error:
            raise DeliveryDeferred(
                Phrase("{where}: the answer to the log-in is no JSON ({error})", where=where, error=error),
                by_server=True,
            ) from None
        given = token_in(document, self._profile)
        if given is not None:
            return given
        code = code_of(document, self._profile.result_code)
        if code is not None and code_remedy(code) is CodeRemedy.TRY_AGAIN:
            raise DeliveryDeferred(Phrase("{where}: no log-in now ({words})", where=where, words=words), by_server=True)
        raise DestinationRejected(
            Phrase(
                "{where}: the answer to the log-in of {user} has no token at {token} ({words})",
                where=where,
                user=self._server.user,
                token=self._profile.token,
                words=words,
            )
        )

    def _results(self, answer: HttpAnswer, parcels: Sequence[OrderParcel]) -> Iterator[tuple[OrderParcel, OrderResult]]:
        try:
            document = parsed(answer.body)
        except NoJson as error:
            raise DeliveryDeferred(
                Phrase("{server}: the answer to the orders is no JSON ({error})", server=self._server, error=error),
                by_server=True,
            ) from None
        found = results_in(document, self._profile, {one.id for one in parcels})
        if found is None:
            code = code_of(document, self._profile.result_code)
            if code is not None and code not in self._profile.accepted:
                raise self._refused_by(code, answer)
            raise DeliveryDeferred(
                Phrase(
                    "{server}: the answer has no results at {results} ({said})",
                    server=self._server,
                    results=self._profile.results,
                    said=self._said(answer),
                ),
                by_server=True,
            )
        return ((one, found[one.id]) for one in parcels if one.id in found)

    def _outcome(self, parcel: OrderParcel, result: OrderResult) -> OrderAccepted | OrderRefused | OrderPutOff:
        words = _masked(result.words, self._token)
        if result.code in self._profile.accepted:
            return OrderAccepted(parcel, words)
        if code_remedy(result.code) is CodeRemedy.REPAIR:
            return OrderRefused(parcel, result.code, words)
        return OrderPutOff(parcel, result.code, words)

    def _failure(self, answer: HttpAnswer) -> DeliveryError:
        """What it means that the request was not answered by 2xx."""
        if 300 <= answer.status < 400:
            return self._moved(answer)
        try:
            code = code_of(parsed(answer.body), self._profile.result_code)
        except NoJson:
            code = None
        return self._refused_by(code if code in _SYSTEM_CODES else answer.status, answer)

    def _refused_by(self, code: int | None, answer: HttpAnswer) -> DeliveryError:
        code = answer.status if code is None else code
        words = f"{self._server}: {self._said(answer)}"
        if code in _SYSTEM_CODES or code in _NOT_THESE:
            return OrdersRefused(words, code)
        if code in _LATER or 500 <= code < 600:
            return DeliveryDeferred(words, by_server=True)
        if 400 <= code < 500:
            rejected = DestinationRejected(
                Phrase("{words}; is the path {submit_path} right?", words=words, submit_path=self._profile.submit_path)
            )
            rejected.after_login = True
            return rejected
        return OrdersRefused(words, code)

    def _moved(self, answer: HttpAnswer) -> DestinationRejected:
        to = f" to {one_line(_masked(answer.location, self._token))}" if answer.location else ""
        return DestinationRejected(
            Phrase(
                "{server}: has moved{to} ({words}), and is not followed; ask the authority for the new url",
                server=self._server,
                to=to,
                words=answer.words,
            )
        )

    def _said(self, answer: HttpAnswer, password: str = "") -> str:
        words = said(answer.body)
        text = f"{answer.words}: {words}" if words else answer.words
        return _masked(_masked(text, password), self._token)


def _filled(text: str, words: Mapping[str, str]) -> str:
    """In one pass: a user's name may have a placeholder in it."""
    first, _, rest = text.partition("{")
    name, closed, behind = rest.partition("}")
    word = words.get(f"{{{name}}}")
    if not closed or word is None:
        return text
    return first + word + _filled(behind, words)


def _masked(words: str, secret: str | None) -> str:
    return words.replace(secret, "***") if secret else words
