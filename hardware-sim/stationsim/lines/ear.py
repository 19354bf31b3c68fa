"""Collects what comes in over a line until the talker can make something of it; silence ends a request."""

import asyncio
from collections.abc import Callable

from stationsim.lines.talker import Reply, Talker

_LONGEST_REQUEST = 4_096


class Ear:
    """To be made in a running event loop. `answer` gets the replies in order."""

    def __init__(self, talker: Talker, answer: Callable[[Reply], None]) -> None:
        self._talker = talker
        self._answer = answer
        self._buffer = bytearray()
        self._silence: asyncio.TimerHandle | None = None

    def take(self, content: bytes) -> None:
        """Raises Unintelligible."""
        self._buffer += content
        for reply in self._talker.hear(self._buffer):
            self._answer(reply)
        if len(self._buffer) > _LONGEST_REQUEST:
            self._buffer.clear()
        self.close()
        if self._buffer:
            loop = asyncio.get_running_loop()
            self._silence = loop.call_later(self._talker.silence_s, self._after_silence)

    def close(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _after_silence(self) -> None:
        self._silence = None
        for reply in self._talker.after_silence(self._buffer):
            self._answer(reply)
