"""The page of a station with sixty days behind it, ten seconds past a slot's end, with a daemon and a recorder at work,
and an account for somebody who may do everything."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gateway.runtime import lock
from tests.support.page import RunningPage, page_yaml, running_page
from tests.support.servers.private import free_port
from tests.support.sixty_days.made import NOW_MS, made

OPERATOR, PASSWORD = "an.nguyen", "ba con cò bay qua ruộng"
_HELD_CLOCK = {"PYTHONPATH": str(Path(__file__).with_name("held_clock")), "HELD_CLOCK_NS": str(NOW_MS * 1_000_000)}


@contextmanager
def sixty_days_page(folder: Path, kind: str, days: int = 60, more: str = "") -> Iterator[RunningPage]:
    """`gateway web` of that station, made below the folder. `more`: further keys of `web`. It believes that it is
    `NOW_MS`, and its time hardly passes."""
    storage = folder / kind
    file = made(kind, days, storage)
    port = free_port()
    with file.open("a", encoding="utf-8") as configuration:
        configuration.write(page_yaml(storage, port, more))
    _add_operator(file, _HELD_CLOCK)
    with ExitStack() as held:
        held.enter_context(lock.hold(storage))  # as a daemon that runs
        held.enter_context(lock.hold(storage, lock.CAMERAS_LOCK))
        yield held.enter_context(running_page(file, port, environment=_HELD_CLOCK))


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
