"""An instrument that speaks unasked, in step: delays of one line do not add up."""

import asyncio
from collections.abc import Callable

from stationsim.lines.responder import Reply, Unsolicited


class UnsolicitedSender:
    """`send` gets each reply; `is_heard` tells whether anybody is there at all. Silent until `open`."""

    def __init__(
        self, unsolicited: Unsolicited | None, send: Callable[[Reply], None], is_heard: Callable[[], bool]
    ) -> None:
        self._unsolicited = unsolicited
        self._send = send
        self._is_heard = is_heard
        self._next: asyncio.TimerHandle | None = None

    def open(self) -> None:
        if self._unsolicited is not None:
            self._plan(asyncio.get_running_loop().time() + self._unsolicited.every_s, self._unsolicited)

    def close(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _plan(self, at_s: float, unsolicited: Unsolicited) -> None:
        self._next = asyncio.get_running_loop().call_at(at_s, self._send_next, at_s, unsolicited)

    def _send_next(self, at_s: float, unsolicited: Unsolicited) -> None:
        if self._is_heard():
            self._send(unsolicited.make())
        self._plan(max(at_s + unsolicited.every_s, asyncio.get_running_loop().time()), unsolicited)
