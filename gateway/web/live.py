"""Live update: a server-sent event whenever the database has changed, and every few seconds, so that ages on a page do
not stand still when the daemon does. It says that there is news, never which: the page is asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import anyio.to_thread

LOOK_EVERY_S = 0.5
"""Newest data is on the page two seconds after the database has it, at the latest."""
QUIET_S = 10.0
MOST_LISTENERS = 32
"""Open pages; one more is told to come back later."""
CHANGED = b"event: changed\ndata: \n\n"


class News:
    """Tells every open page when there is something new."""

    def __init__(self, version: Callable[[], object]) -> None:
        """`version` is another one whenever the database has changed; it may block for a moment."""
        self._version = version
        self._changed = asyncio.Event()
        self._listeners = 0

    @property
    def is_full(self) -> bool:
        return self._listeners >= MOST_LISTENERS

    async def watch(self, alive: Callable[[], object]) -> None:
        """For ever: look, and tell. `alive` is called after every look."""
        before = None
        while True:
            after = await anyio.to_thread.run_sync(self._version)
            if after != before:
                self._changed.set()
                self._changed = asyncio.Event()
            before = after
            alive()
            await asyncio.sleep(LOOK_EVERY_S)

    async def listen(self) -> AsyncIterator[bytes]:
        """What goes to one open page, until it is closed."""
        self._listeners += 1
        try:
            yield b"retry: 3000\n\n"
            while True:
                try:
                    async with asyncio.timeout(QUIET_S):
                        await self._changed.wait()
                except TimeoutError:
                    pass
                yield CHANGED
        finally:
            self._listeners -= 1
