"""Whether a form comes from a page that was made for this browser: pure.

Two things are asked, and both have to hold. The browser says from where the form was sent, where it says so at all; and
the form brings back a word that only a page of ours could show: made from the token that the browser keeps in a cookie
which no script and no other site can read.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

FIELD = "form_token"
"""The field of every form of ours."""
_PURPOSE = b"form of the station's page"


def form_token(token: str) -> str:
    """The word for forms of the browser that keeps this token. Nobody gets the token from it."""
    return hmac.new(token.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def is_form_of(token: str, brought: str) -> bool:
    """Whether a form that brought this word was shown to the browser that keeps the token."""
    return bool(token) and hmac.compare_digest(form_token(token).encode(), brought.encode(errors="replace"))


def comes_from_here(headers: Mapping[str, str], origin: str) -> bool:
    """Whether the browser, where it tells at all, sends the form from a page at `origin` (`https://host:port`, as the
    browser came here). `headers`: names in small letters."""
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    sent_from = headers.get("origin")
    return sent_from is None or sent_from.lower() == origin.lower()
