"""Texts that go into a table which somebody opens with a spreadsheet."""

from __future__ import annotations

from gateway.core.printable import printable

_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""A spreadsheet computes what begins so, commands of the system included; some take the wide forms, too."""


def is_armed(text: str) -> bool:
    """Whether a spreadsheet would take it for a formula. A sign alone is none: the unit of what has none is `-`."""
    seen = text.lstrip()
    return len(seen) > 1 and seen.startswith(_FORMULA)


def unarmed(value: str | int | float | None) -> str | int | float | None:
    """A cell of CSV: numbers stay numbers; a text is seen, and one that would be computed has an apostrophe before it:
    some texts are what a server said."""
    if not isinstance(value, str):
        return value
    shown = printable(value)
    return f"'{shown}" if is_armed(shown) else shown
