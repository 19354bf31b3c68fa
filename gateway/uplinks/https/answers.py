"""What the server's answers say: pure, and suspicious of every byte of them.

Only what is told in the agreed form counts: an order of which nothing, nonsense, or two different things are told is
undecided.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from gateway.core.phrase import Phrase
from gateway.uplinks.https.road_server import RoadProfile
from gateway.uplinks.publish import one_line

_LONGEST_TOKEN = 16_384
_LONGEST_CODE = 9
"""Digits."""
_LAST_S = 10**12
"""Of UNIX time."""
_LONGEST_LIFE_S = 366 * 86_400.0


class NoJson(ValueError):
    """The answer is not JSON, or none that anybody would send."""


class Absent:
    """Nothing lies where a pointer points."""


@dataclass(frozen=True, slots=True)
class LoginToken:
    """`life_s`: how long it is valid from now on; `None`: nobody says."""

    text: str
    life_s: float | None


def parsed(body: bytes) -> Any:
    """
    Raises:
        NoJson: it is none.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = Phrase("nested too deeply") if isinstance(error, RecursionError) else one_line(str(error))
        raise NoJson(reason) from None


def lying_at(document: Any, pointer: str) -> Any:
    """What lies there (RFC 6901); `Absent`: nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isascii() and name.isdigit() and int(name[:9]) < len(document):
            document = document[int(name)]
        else:
            return Absent
    return document


def wrapped(pointer: str) -> tuple[bytes, bytes]:
    """What stands before and behind a list that is to lie there, in an object of nothing else."""
    names = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    opened = "".join(f"{{{json.dumps(name, ensure_ascii=False)}:" for name in names)
    return f"{opened}[".encode(), b"]" + b"}" * len(names)


def token_in(document: Any, profile: RoadProfile) -> LoginToken | None:
    """What a log-in gave; `None`: no token that could be sent."""
    text = lying_at(document, profile.token)
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_TOKEN:
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        return None
    told_s = _seconds(lying_at(document, profile.expires))
    return LoginToken(text, _life_of(text) if told_s is None else told_s)


def code_of(document: Any, member: str) -> int | None:
    """The code that an object tells, as a number or as its digits; `None`: none that is one."""
    value = document.get(member) if isinstance(document, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_CODE:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_LONGEST_CODE:
        return value
    return None


@dataclass(frozen=True, slots=True)
class OrderResult:
    """`words`: the whole result as one line."""

    code: int
    words: str


def results_in(document: Any, profile: RoadProfile, sent: Collection[str]) -> Mapping[str, OrderResult] | None:
    """Of the orders that were `sent`, those of which one thing is told; `None`: there is no list of results."""
    told = lying_at(document, profile.results)
    if not isinstance(told, list):
        return None
    found: dict[str, OrderResult] = {}
    doubtful = set()
    for one in told:
        order_id = one.get(profile.result_id) if isinstance(one, dict) else None
        code = code_of(one, profile.result_code)
        if not isinstance(order_id, str) or order_id not in sent or code is None:
            continue
        if order_id in found and found[order_id].code != code:
            doubtful.add(order_id)
        found[order_id] = OrderResult(code, one_line(json.dumps(one, ensure_ascii=False)))
    return {order_id: result for order_id, result in found.items() if order_id not in doubtful}


def said(body: bytes) -> str:
    """What an answer says, as one line; empty: it is a web page, or nothing that can be read."""
    text = body[:2_000].decode("utf-8", "replace")
    return "" if text.lstrip().startswith("<") else one_line(text)


def _seconds(value: Any) -> float | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_CODE:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        return None
    return min(float(value), _LONGEST_LIFE_S) if value < _LAST_S else None


def _life_of(token: str) -> float | None:
    """From issued to expired, where it is a JWT that tells both (RFC 7519, 4.1): its server's clock may not be ours."""
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = parsed(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return None
    ends, began = [_instant(claims, name) for name in ("exp", "iat")]
    return None if ends is None or began is None else _seconds(ends - began)


def _instant(claims: Any, name: str) -> float | None:
    value = claims.get(name) if isinstance(claims, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LAST_S:
        return None
    return float(value)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")
