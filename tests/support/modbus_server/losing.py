"""An RTU device at the end of a line that loses, garbles or defers: bytes put together here, chance with a seed.

Register n holds n + 1000, as those of `peculiar`.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

from tests.support.modbus_server.bridges import crc
from tests.support.modbus_server.scripted import Say, Script

Trouble = Callable[[int, bytes], bytes | None]
"""(how many were asked, the true answer) → what is said; `None`: nothing."""


def device(trouble: Trouble, unit: int = 1) -> Script:
    """Answers reads of holding registers."""
    asked = 0

    def script(request: bytes, say: Say) -> bool:
        nonlocal asked
        if len(request) != 8 or request[0] != unit or crc(request[:-2]) != request[-2:]:
            return True
        asked += 1
        address, count = struct.unpack(">HH", request[2:6])
        content = b"".join(struct.pack(">H", address + place + 1000) for place in range(count))
        body = bytes([unit, request[1], 2 * count]) + content
        said = trouble(asked, body + crc(body))
        if said is not None:
            say(said)
        return True

    return script


def lost(seed: int, share: float = 0.1) -> Trouble:
    """So many answers never come."""
    chance = random.Random(seed)
    return lambda _, answer: None if chance.random() < share else answer


def garbled(seed: int, share: float = 0.1) -> Trouble:
    """A bit of so many answers is turned over."""
    chance = random.Random(seed)

    def trouble(_: int, answer: bytes) -> bytes:
        if chance.random() >= share:
            return answer
        place = chance.randrange(8 * len(answer))
        return (int.from_bytes(answer, "big") ^ 1 << place).to_bytes(len(answer), "big")

    return trouble


def busy(every: int, code: int = 6) -> Trouble:
    """Every so-manieth question is deferred with an exception."""

    def trouble(number: int, answer: bytes) -> bytes:
        if number % every:
            return answer
        body = bytes([answer[0], answer[1] | 0x80, code])
        return body + crc(body)

    return trouble
