"""Collects what comes in over a line until the responder can make something of it; silence ends a request."""

import asyncio
from collections.abc import Callable

from stationsim.lines.responder import Reply, Responder

_LONGEST_REQUEST = 4_096


class RequestBuffer:
    """To be made in a running event loop. `answer` gets the replies in order."""

    def __init__(self, responder: Responder, answer: Callable[[Reply], None]) -> None:
        self._responder = responder
        self._answer = answer
        self._buffer = bytearray()
        self._silence: asyncio.TimerHandle | None = None

    def take(self, content: bytes) -> None:
        """Raises FramingLost."""
        self._buffer += content
        for reply in self._responder.answer(self._buffer):
            self._answer(reply)
        if len(self._buffer) > _LONGEST_REQUEST:
            self._buffer.clear()
        self.close()
        if self._buffer:
            loop = asyncio.get_running_loop()
            self._silence = loop.call_later(self._responder.silence_s, self._after_silence)

    def close(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _after_silence(self) -> None:
        self._silence = None
        for reply in self._responder.after_silence(self._buffer):
            self._answer(reply)
