"""What browsers are told with every answer: nothing from outside is loaded, no script or style stands in a page, no
other site shows it in a frame, nobody guesses what kind of file it is, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: with that one, browsers do not tell from where a form was sent (`Origin: null`).
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=()",
    "cache-control": "no-store",
}
_ENCRYPTED_ONLY = "max-age=15552000"
"""Half a year. Not for other names below this one, which are other machines of the station."""


def page_headers(*, vouched: bool) -> Mapping[str, str]:
    """`vouched`: encrypted with a certificate that somebody else than ourselves issued. With one of our own browsers
    would let nobody through any more who has not taken it in already, the day it is renewed."""
    return {**_ALWAYS, "strict-transport-security": _ENCRYPTED_ONLY} if vouched else _ALWAYS


class PageHeaders:
    """Adds them to every answer that does not say otherwise itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message = {**message, "headers": given + [one for one in self._headers if one[0] not in names]}
            await send(message)

        await self._app(scope, receive, send_with_headers)
