"""A limit in force as the journal keeps it, and back. What an older gateway wrote, bounds without origin and days, is
read as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.core.dated_limit import LONG_AGO_MS, LimitOrigin, LimitSpan
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.limits import Limit


def limit_said(span: LimitSpan) -> dict[str, Any]:
    """What it says, without the ends that it does not have."""
    said = _bounds_said(span.limit)
    if span.from_ms != LONG_AGO_MS:
        said["from_ms"] = span.from_ms
    if span.until_ms != FAR_FUTURE_MS:
        said["until_ms"] = span.until_ms
    origin = span.origin
    if origin is not None:
        said["standard"] = origin.standard
        said["choices"] = dict(origin.choices)
        said["coefficients"] = dict(origin.coefficients)
        said["order"] = [name for name, _ in (*origin.choices, *origin.coefficients)]  # the journal sorts keys
        said["left_out"] = list(origin.left_out)
        said["written"] = None if origin.written is None else _bounds_said(origin.written)
        said["form"] = origin.form
        said["source"] = origin.source
    return said


def limit_heard(said: Mapping[str, Any]) -> LimitSpan:
    """What `limit_said` said.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is something else.
    """
    origin = None
    if "standard" in said:
        written, order = said["written"], list(said.get("order", ()))

        def in_order(words: Mapping[str, Any]) -> list[tuple[str, Any]]:
            return sorted(words.items(), key=lambda word: order.index(word[0]) if word[0] in order else len(order))

        origin = LimitOrigin(
            said["standard"],
            tuple(in_order(said["choices"])),
            tuple((name, float(value)) for name, value in in_order(said["coefficients"])),
            tuple(said["left_out"]),
            None if written is None else _bounds_heard(written),
            said["form"],
            said["source"],
        )
    return LimitSpan(_bounds_heard(said), said.get("from_ms", LONG_AGO_MS), said.get("until_ms", FAR_FUTURE_MS), origin)


def _bounds_said(limit: Limit) -> dict[str, Any]:
    return {"lowest": limit.lowest, "highest": limit.highest, "averaging_ms": limit.averaging_ms}


def _bounds_heard(said: Mapping[str, Any]) -> Limit:
    lowest, highest, averaging_ms = said["lowest"], said["highest"], said["averaging_ms"]
    return Limit(
        None if lowest is None else float(lowest),
        None if highest is None else float(highest),
        None if averaging_ms is None else int(averaging_ms),
    )
