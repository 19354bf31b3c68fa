"""An instrument that speaks unasked, in step: delays of one line do not add up."""

import asyncio
from collections.abc import Callable

from stationsim.lines.talker import Reply, Unasked


class Mouth:
    """`say` gets each reply; `is_heard` tells whether anybody is there at all. Silent until `open`."""

    def __init__(self, unasked: Unasked | None, say: Callable[[Reply], None], is_heard: Callable[[], bool]) -> None:
        self._unasked = unasked
        self._say = say
        self._is_heard = is_heard
        self._next: asyncio.TimerHandle | None = None

    def open(self) -> None:
        if self._unasked is not None:
            self._plan(asyncio.get_running_loop().time() + self._unasked.every_s, self._unasked)

    def close(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _plan(self, at_s: float, unasked: Unasked) -> None:
        self._next = asyncio.get_running_loop().call_at(at_s, self._speak, at_s, unasked)

    def _speak(self, at_s: float, unasked: Unasked) -> None:
        if self._is_heard():
            self._say(unasked.speak())
        self._plan(max(at_s + unasked.every_s, asyncio.get_running_loop().time()), unasked)
