"""Who an entry names where somebody does a thing in another's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def attributed(what: Mapping[str, Any], by: str, typed_by: str | None) -> tuple[Mapping[str, Any], str]:
    """What an entry says, and its `who`: the user who typed it, as the system knows them. In whose name they did it
    stands beside it (`by`). `typed_by=None`: nobody typed anything, or it is the same."""
    if typed_by is None or typed_by == by:
        return what, by
    return {**what, "by": by}, typed_by
