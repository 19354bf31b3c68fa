"""An exchange with the server as it may be shown to people: without what opens anything, without what an order says of
persons, without the content of images. Pure.

Of an order only the members are shown that the authority's guide names and that are about no person; every other one
keeps its name and loses its value, also where an answer repeats it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.uplinks.https.answers import NoJson, lying_at, parsed, said, token_in
from gateway.uplinks.https.road_server import RoadProfile
from gateway.uplinks.https.transport import SeenExchange
from gateway.uplinks.publish import one_line

HIDDEN = "***"
_SHOWN = frozenset(
    {"id", "issued_ms", "plate", "operator", "station", "department", "route", "departure_ms", "position"}
)
_SHOWN_IN = {"images": ("sha256",), "signatures": ("role", "algorithm")}
"""Of each entry of these lists."""
_SECRET_NAME = re.compile(r"passw|token|secret|authori[sz]ation|jwt|cookie|api.?key|credential", re.IGNORECASE)
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_SHORTEST = 3
"""Characters: what is shorter is told of every second word."""
_LONGEST = 2_000
"""Characters of a text that stands in an answer."""


def shown_exchanges(exchanges: Iterable[SeenExchange], profile: RoadProfile) -> list[dict[str, Any]]:
    """Each with `request` (`method`, `path`, `headers`, `body`) and `answer` (`status`, `location`, `body`; `None`:
    there was none, and `error` says why). A body is what its JSON says, or its beginning as text."""
    seen = list(exchanges)
    hidden = {secret for one in seen for secret in one.secrets} | {
        token for one in seen for token in _tokens(one, profile)
    }
    requests = [parsed(one.body) for one in seen]
    for request in requests:
        hidden |= {leaf for order in _orders(request, profile) for leaf in _personal(order) if len(leaf) >= _SHORTEST}
    return [_shown(one, request, profile, _Hidden(hidden)) for one, request in zip(seen, requests, strict=True)]


class _Hidden:
    def __init__(self, words: Iterable[str]) -> None:
        """What contains another one goes first."""
        self._words = sorted(filter(None, words), key=len, reverse=True)

    def text(self, text: str) -> str:
        for word in self._words:
            text = text.replace(word, HIDDEN).replace(json.dumps(word)[1:-1], HIDDEN)
        return _JWT.sub(HIDDEN, text)

    def value(self, value: Any) -> Any:
        """A JSON value of the server's, or of a log-in."""
        if isinstance(value, dict):
            return {
                self.text(name): HIDDEN
                if _SECRET_NAME.search(name) and not isinstance(one, dict | list)
                else self.value(one)
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if isinstance(value, str):
            return self.text(value)[:_LONGEST]
        if isinstance(value, int | float) and not isinstance(value, bool) and str(value) in self._words:
            return HIDDEN
        return value


def _shown(one: SeenExchange, request: Any, profile: RoadProfile, hidden: _Hidden) -> dict[str, Any]:
    orders = _orders(request, profile)
    body = _wrapped(profile.orders, [_order(order) for order in orders]) if orders else hidden.value(request)
    configured = set(profile.headers)
    headers = {name: HIDDEN if name in configured else hidden.text(value) for name, value in one.headers.items()}
    answer = None
    if one.answer is not None:
        location = None if one.answer.location is None else hidden.text(one_line(one.answer.location))
        answer = {"status": one.answer.status, "location": location, "body": _answered(one.answer.body, hidden)}
    return {
        "request": {"method": "POST", "path": one.path, "headers": headers, "body": body},
        "answer": answer,
        "error": None if one.error is None else _unless_equal(hidden.text(one.error), one.error),
    }


def _unless_equal(masked: str, words: str) -> str:
    """As it was, a phrase, where nothing in it is masked."""
    return words if masked == words else masked


def _answered(body: bytes, hidden: _Hidden) -> Any:
    try:
        return hidden.value(parsed(body))
    except (NoJson, RecursionError):
        return said(hidden.text(body.decode("utf-8", "replace")).encode())


def _tokens(one: SeenExchange, profile: RoadProfile) -> Iterator[str]:
    if one.answer is None:
        return
    try:
        given = token_in(parsed(one.answer.body), profile)
    except NoJson:
        return
    if given is not None:
        yield given.text


def _orders(request: Any, profile: RoadProfile) -> list[dict[str, Any]]:
    """Of a request; none: it is a log-in."""
    found = lying_at(request, profile.orders)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _wrapped(pointer: str, orders: list[Any]) -> Any:
    body: Any = orders
    for part in reversed(pointer.split("/")[1:]):
        body = {part.replace("~1", "/").replace("~0", "~"): body}
    return body


def _order(order: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in order.items():
        if name in _SHOWN:
            shown[name] = value
        elif name in _SHOWN_IN and isinstance(value, list):
            shown[name] = [_only(one, _SHOWN_IN[name]) for one in value]
        else:
            shown[name] = _emptied(value)
    return shown


def _only(entry: Any, names: tuple[str, ...]) -> Any:
    """Of an image's content its length, in base64, is told."""
    if not isinstance(entry, dict):
        return HIDDEN
    return {
        name: value if name in names else f"{HIDDEN} ({len(value)})" if name == "content" else _emptied(value)
        for name, value in entry.items()
    }


def _emptied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _emptied(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_emptied(one) for one in value]
    return HIDDEN


def _personal(order: dict[str, Any]) -> Iterator[str]:
    """What an order says in members that are not shown, as text."""
    for name, value in order.items():
        if name in _SHOWN_IN and isinstance(value, list):
            for one in value:
                shown = _SHOWN_IN[name] if isinstance(one, dict) else ()
                yield from _leaves({key: leaf for key, leaf in one.items() if key not in shown} if shown else one)
        elif name not in _SHOWN:
            yield from _leaves(value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
