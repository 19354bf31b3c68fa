"""The bytes that were submitted → an order, suspicious of each of them: what two readers would read differently is
refused before anything is signed (I-JSON, RFC 7493)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from gateway.core.order_faults import OrderFault, OrderInvalid
from gateway.core.phrase import Phrase

LARGEST_SUBMISSION = 14_000_000
"""Bytes: a list of 10 MB with its images in base64, and a little more."""
DEEPEST = 32
_MOST_INTEGER = 2**53 - 1
_MOST_TOLD = 20

Order = dict[str, Any]


def read_order(submission: bytes) -> Order:
    """
    Raises:
        OrderInvalid: it is no JSON object that everybody reads in the same way.
    """
    if len(submission) > LARGEST_SUBMISSION:
        raise _invalid(Phrase("is larger than {most:,} bytes", most=LARGEST_SUBMISSION))
    try:
        order = json.loads(submission.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise _invalid(Phrase("is not UTF-8")) from None
    except RecursionError:
        raise _invalid(Phrase("is nested too deeply")) from None
    except _Doubled as doubled:
        raise _invalid(Phrase("has the member {name} twice in one object", name=_as_text(doubled.name))) from None
    except ValueError as error:
        raise _invalid(Phrase("is no JSON: {error}", error=error)) from None
    if not isinstance(order, dict):
        raise _invalid(Phrase("is no JSON object"))
    faults = [fault for fault, _ in zip(_unfit(order, "", 1), range(_MOST_TOLD), strict=False)]
    if faults:
        raise OrderInvalid(faults)
    return order


def pointer(path: str, name: str | int) -> str:
    """The member's or element's path (RFC 6901)."""
    return f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"


class _Doubled(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _once(pairs: list[tuple[str, Any]]) -> Order:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Doubled(next(name for name in names if names.count(name) > 1))
    return made


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _unfit(value: Any, path: str, depth: int) -> Iterator[OrderFault]:
    """What is JSON, and yet not the same to every reader."""
    if depth > DEEPEST:
        yield OrderFault(path, Phrase("is nested too deeply"))
    elif isinstance(value, dict):
        for name, one in value.items():
            if not _is_text(name):
                yield OrderFault(path, Phrase("has a name that is no Unicode text"))
                continue
            yield from _unfit(one, pointer(path, name), depth + 1)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _unfit(one, pointer(path, place), depth + 1)
    elif isinstance(value, str) and not _is_text(value):
        yield OrderFault(path, Phrase("is no Unicode text: half of a surrogate pair is in it"))
    elif isinstance(value, float) and not math.isfinite(value):
        yield OrderFault(path, Phrase("is a number too large for JSON's readers"))
    elif isinstance(value, int) and abs(value) > _MOST_INTEGER:
        yield OrderFault(path, Phrase("is an integer beyond 2^53, which readers of JSON round"))


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_text(name: str) -> str:
    """What can be written down: half of a surrogate pair as its escape."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _invalid(why: Phrase) -> OrderInvalid:
    return OrderInvalid([OrderFault("", Phrase("the order {why}", why=why))])
