"""What every URL of the configuration has in common: a host and perhaps a port, said to be wrong in the same words.

No message repeats the text, for whoever puts a password into a URL does it in many misspelt ways.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from gateway.config.file.form_error import FormError
from gateway.config.host import check_host
from gateway.core.phrase import Phrase


def split_url(text: str, form: Phrase) -> SplitResult:
    """Its parts, of which each can be asked for. `form`: what to write instead.

    Raises:
        FormError: it has no such parts, or a port that is no number.
    """
    try:
        parts = urlsplit(text)
        _ = parts.port, parts.hostname
    except ValueError:
        raise FormError(Phrase("is not a URL with a host and a port"), form) from None
    return parts


def host_and_port(parts: SplitResult, usual_port: int, form: Phrase) -> tuple[str, int]:
    """
    Raises:
        FormError: one of them is missing or none that can be.
    """
    if parts.hostname is None:
        raise FormError(Phrase("names no host"), form)
    try:
        host = check_host(parts.hostname)
    except FormError:
        raise FormError(Phrase("has a host that is neither a name nor an address"), form) from None
    if parts.port == 0:
        raise FormError(Phrase("has the port 0"), Phrase("leave the port out for the usual one"))
    return host, parts.port or usual_port


def host_in_url(host: str) -> str:
    """As it stands in one: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
