"""The page of a station with sixty days behind it, ten seconds past a slot's end, with a daemon and a recorder at work,
and an account for somebody who may do everything."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

from gateway.runtime import lock
from tests.support.faketime import WrongClock
from tests.support.page import RunningPage, page_yaml, running_page
from tests.support.servers.private import free_port
from tests.support.sixty_days.made import NOW_MS, made

OPERATOR, PASSWORD = "an.nguyen", "ba con cò bay qua ruộng"


@contextmanager
def sixty_days_page(folder: Path, kind: str, days: int = 60, more: str = "") -> Iterator[RunningPage]:
    """`gateway web` of that station, made below the folder. `more`: further keys of `web`. It believes that it is
    `NOW_MS`, and its time hardly passes."""
    storage = folder / kind
    file = made(kind, days, storage)
    port = free_port()
    with file.open("a", encoding="utf-8") as configuration:
        configuration.write(page_yaml(storage, port, more))
    clock = WrongClock(folder / f"{kind}-clock", _off_s())
    _add_operator(file, clock.environment)
    with ExitStack() as held:
        held.enter_context(_held_still(clock))
        held.enter_context(lock.hold(storage))  # as a daemon that runs
        held.enter_context(lock.hold(storage, lock.CAMERAS_LOCK))
        yield held.enter_context(running_page(file, port, environment=clock.environment))


@contextmanager
def _held_still(clock: WrongClock) -> Iterator[None]:
    """A minute of it lasts an hour: nothing becomes old while somebody looks. It goes back by a second at the most."""
    is_over, began_s = Event(), time.monotonic()

    def set_again() -> None:
        while not is_over.wait(1.0):
            clock.set_off(_off_s() + round((time.monotonic() - began_s) / 60))

    holding = Thread(target=set_again)
    holding.start()
    try:
        yield
    finally:
        is_over.set()
        holding.join()


def _off_s() -> int:
    return NOW_MS // 1000 - int(time.time())


def _add_operator(file: Path, environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "gateway", "web", "user", "add", OPERATOR, "--role", "operator"]
    subprocess.run(
        [*command, "--password-stdin", "-c", str(file)],
        input=f"{PASSWORD}\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
