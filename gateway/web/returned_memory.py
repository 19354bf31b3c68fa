"""After each answer, what it took goes back to the system."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class ReturnedMemory:
    """Stands around an application. `give_back`: see `gateway.runtime.give_back`."""

    def __init__(self, app: ASGIApp, give_back: Callable[[], object]) -> None:
        self._app = app
        self._give_back = give_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            self._give_back()
