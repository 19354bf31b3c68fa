"""A vehicle's number plate as the road administration reads it: written together, in capitals."""

from __future__ import annotations

import re

_BETWEEN = str.maketrans("", "", " \t\u00a0-‐‑–.·")
"""What people write between the groups, and on plates of two lines."""
_FORM = re.compile(r"[0-9]{2}[A-ZĐ]{1,2}[0-9]{4,5}")
"""The province, the series, the number (circular 79/2024/TT-BCA): 30E00555, 29LD12345, 51B1234."""


def normal_plate(text: str) -> str | None:
    """Worked: `30e-005.55` is `30E00555`. `None`: it is no plate of a vehicle that carries passengers."""
    plain = text.upper().translate(_BETWEEN)
    return plain if _FORM.fullmatch(plain) else None
