"""Which names accounts may have: what is read aloud on a telephone, and stands in the journal for ever."""

from __future__ import annotations

import re

_FORM = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}", re.ASCII)
NAME_FORM = "small letters without diacritics, digits, '.', '-', '_' and '@', 64 at the most, such as nguyen.van.an"


def account_name(typed: str) -> str | None:
    """The name as accounts have it: capitals and spaces around it do not count. `None`: no account can have it."""
    name = typed.strip().lower()
    return name if _FORM.fullmatch(name) else None
