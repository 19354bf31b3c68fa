"""By which name browsers come. A page from elsewhere can let its own name lead to this machine (DNS rebinding), and
would then read this page as its own: names that are not ours are refused.

An address as such is nobody's invention, so any is taken: whoever comes through a router's door knows another one than
we do.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_WORDS = "This is not the name of this page. Write it into web.names, or come by the address.\n"
_MISDIRECTED = 421


def is_our_host(host: str, names: Iterable[str]) -> bool:
    """Whether the value of the header `Host` is an address, `localhost`, or one of the names; ports do not matter."""
    name = host_name(host)
    if name is None:
        return False
    try:
        ip_address(name)
    except ValueError:
        return name in {"localhost", *(one.lower().rstrip(".") for one in names)}
    return True


def host_name(host: str) -> str | None:
    """Without the port and the dot behind it, in small letters; `None`: it is no host."""
    if host.startswith("["):
        name, end, port = host[1:].partition("]")
        return name.lower() if end and (not port or _is_port(port)) else None
    name, colon, port = host.partition(":")
    if not name or (colon and not _is_port(f":{port}")):
        return None
    return name.lower().removesuffix(".")


def _is_port(text: str) -> bool:
    return text.startswith(":") and text[1:].isascii() and text[1:].isdecimal()


class HostCheck:
    """Refuses what comes by another name, before anything else looks at it."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = tuple(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_our_host(Headers(scope=scope).get("host", ""), self._names):
            await PlainTextResponse(_WORDS, _MISDIRECTED)(scope, receive, send)
            return
        await self._app(scope, receive, send)
