"""The page's cookies: names that browsers protect, and what they are told about them.

Over TLS a name begins with `__Host-`: browsers take it from this host alone, for all of it, encrypted (RFC 6265bis,
4.1.3.2). The station's code is part of the name: who looks at several stations through tunnels to one loopback address
is logged in at each of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.responses import Response

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class Cookies:
    """Of one station's page."""

    station: str
    """Its code."""
    is_encrypted: bool

    @property
    def session(self) -> str:
        """Who is logged in."""
        return self._name("session")

    @property
    def browser(self) -> str:
        """By which a browser is known again at a log-in."""
        return self._name("browser")

    @property
    def form(self) -> str:
        """From which the word of a form is made as long as nobody is logged in."""
        return self._name("form")

    def keep(self, answer: Response, name: str, token: str, for_s: int | None = None) -> None:
        """Let the browser keep it; `for_s=None`: until it is closed. No script reads it, no other site sends it with a
        form."""
        answer.set_cookie(name, token, max_age=for_s, path="/", secure=self.is_encrypted, httponly=True, samesite="lax")

    def drop(self, answer: Response, name: str) -> None:
        answer.delete_cookie(name, path="/", secure=self.is_encrypted, httponly=True, samesite="lax")

    def _name(self, what: str) -> str:
        prefix = "__Host-" if self.is_encrypted else ""
        return f"{prefix}{what}-{_NOT_IN_NAMES.sub('_', self.station)}"
