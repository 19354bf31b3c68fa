"""What happens by script, at set times after the start."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

Act = Callable[[], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Step:
    """`at_ms` counts from the start of the run."""

    at_ms: int
    act: Act


async def play(steps: Iterable[Step]) -> None:
    """In the order of time; of those at one time, in the order given. Times count from now."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for step in sorted(steps, key=lambda it: it.at_ms):
        await asyncio.sleep(began_s + step.at_ms / 1000 - loop.time())
        waited = step.act()
        if waited is not None:
            await waited
