"""Pulls an instrument's plug and puts it back, at the times that the scenario sets."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Protocol

from stationsim.faults import Fault

_log = logging.getLogger(__name__)
_AGAIN_S = 0.5


class Line(Protocol):
    """A line can be plugged in again after it was unplugged, and is then found at the same place."""

    async def plug(self) -> None: ...
    async def unplug(self) -> None: ...
    def reached(self) -> dict[str, str | int]: ...


async def pull(line: Line, times: Iterable[Fault]) -> None:
    """`times` are in order and count from now."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for fault in times:
        await asyncio.sleep(began_s + fault.start_ms / 1000 - loop.time())
        _log.info("%s: unplugged", fault.instrument)
        await line.unplug()
        await asyncio.sleep(began_s + fault.end_ms / 1000 - loop.time())
        await _plug(line, fault.instrument)


async def _plug(line: Line, instrument: str) -> None:
    """A port may have gone to somebody else meanwhile; it is tried until it is free."""
    while True:
        try:
            await line.plug()
        except OSError as taken:
            _log.warning("%s: cannot be plugged in again yet: %s", instrument, taken)
            await asyncio.sleep(_AGAIN_S)
        else:
            _log.info("%s: plugged in again", instrument)
            return
