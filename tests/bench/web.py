"""What the page costs: memory after every page was looked at, the time that each takes with sixty days behind it, and
how soon it shows what the database has. Starlette with a page of the same size beside it."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from statistics import median, quantiles

import psutil

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.instants import SECOND_MS
from gateway.core.interfaces import Instant
from gateway.core.reading import Readings, Status
from gateway.core.slot import slot_of
from gateway.db.board import Board
from gateway.readings.packing import Row
from gateway.readings.store import Block, Layout
from tests.support.browser.paths import BEGIN, Found, different
from tests.support.journey import SLOT_MS, Journey
from tests.support.page import Answer
from tests.support.servers.private import free_port
from tests.support.sixty_days.coach import ROAD
from tests.support.sixty_days.made import KINDS, NOW_MS
from tests.support.sixty_days.page import OPERATOR, PASSWORD, sixty_days_page
from tests.support.visitor import PageVisitor

DAYS = 60
ROUNDS = 20
GOAL_MS = 100
SLOWEST = 6
CHANGES = 10
_LINK = re.compile(r'<a[^>]*\shref="(/[^"#]*)')
_BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
words = "x" * int(sys.argv[2])
app = Starlette(routes=[Route("/", lambda _: HTMLResponse(words))])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False, http="h11", ws="none")
"""


def main() -> None:
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with sixty_days_page(folder, kind, DAYS) as page:
                began_mb = _resident_mb(page.pid)
                visitor = PageVisitor(page.port)
                visitor.log_in(OPERATOR, PASSWORD)
                took, sizes = _walk(visitor)
                resident_mb = _resident_mb(page.pid)
                shown_s = _changes(page.port, visitor, folder / kind)
        slowest = sorted(took, key=lambda path: -_p95_ms(took[path]))
        over = [path for path in slowest if _p95_ms(took[path]) > GOAL_MS]
        listed = slowest[: max(SLOWEST, len(over))]
        told = ", ".join(f"{path} {_p95_ms(took[path]):.0f} ({1000 * median(took[path]):.0f})" for path in listed)
        size = round(median(sizes))
        bare_mb, bare_ms = _bare(size)
        print(
            f"web: {kind}, {DAYS} days, {len(took)} pages: {resident_mb:.0f} MB after all of them (goal 50;"
            f" {began_mb:.0f} before), {len(over)} of them over {GOAL_MS} ms at p95; p95 (median) in ms, of all these"
            f" and the {SLOWEST} slowest: {told}; a change is on the page"
            f" within {max(shown_s):.1f} s (goal 2), usually {median(shown_s):.1f}; bare Starlette {bare_mb:.0f} MB,"
            f" {bare_ms:.1f} ms for {size / 1000:.0f} kB"
        )


def _walk(page: PageVisitor) -> tuple[dict[str, list[float]], list[int]]:
    """Seconds by address, of every round; and the pages' sizes in bytes."""
    waiting, worth, found, sizes = list(BEGIN), Found(), list[str](), list[int]()
    while waiting:
        path = waiting.pop(0)
        if not worth.is_worth(path):
            continue
        answer = page.get(path)
        if answer.status == 200:
            found.append(path)
            sizes.append(len(answer.body))
            waiting += different([unescape(link) for link in _LINK.findall(answer.text)])
        elif answer.status in (303, 307):
            waiting.append(answer.headers["location"])
    took: dict[str, list[float]] = {path: [] for path in found}
    for _ in range(ROUNDS):
        for path in found:
            took[path].append(_took_s(page, path))
    return took, sizes


def _took_s(page: PageVisitor, path: str) -> float:
    began_s = time.perf_counter()
    answer: Answer = page.get(path)
    assert answer.status == 200, path
    return time.perf_counter() - began_s


def _changes(port: int, page: PageVisitor, storage: Path) -> list[float]:
    """Seconds from a commit of something new until the page was asked for again and was there."""
    journey = Journey(storage)
    took = []
    first = page.get("/").headers["location"]
    with _events(port) as told:
        next(told)
        for number in range(CHANGES):
            _change(journey, number, NOW_MS - (CHANGES - number) * SECOND_MS // 2)
            began_s = time.perf_counter()
            next(told)
            _took_s(page, first)
            took.append(time.perf_counter() - began_s)
    journey.database.close()
    return took


def _change(journey: Journey, number: int, at_ms: int) -> None:
    """New readings; where nothing is measured, a destination that is up or down."""
    layouts = journey.database.read("SELECT definition FROM layout JOIN reading_block ON layout.id = layout_id"
                                    " ORDER BY reading_block.id DESC LIMIT 1")  # fmt: skip
    if layouts:
        layout = Layout.from_json(layouts[0][0])
        readings = Readings((7.0 + number,) * len(layout.parameters), (Status.MEASURING,) * len(layout.parameters))
        journey.readings.add([Block(layout, slot_of(at_ms, SLOT_MS), (Row(at_ms, readings),))], at_ms)
    else:
        board = Board(journey.database)
        state = ComponentState.DOWN if number % 2 else ComponentState.UP
        board.report(ComponentKind.DESTINATION, ROAD, state, None, at_ms)
        board.step(Instant(at_ms, at_ms / 1000))


@contextmanager
def _events(port: int) -> Iterator[Iterator[str]]:
    """The changes that the page tells a browser of."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/live")
    answer = connection.getresponse()

    def changes() -> Iterator[str]:
        for line in iter(answer.readline, b""):
            if line.startswith(b"event: changed"):
                yield line.decode()

    try:
        yield changes()
    finally:
        connection.close()


def _bare(size: int) -> tuple[float, float]:
    """Megabytes, and milliseconds at p95."""
    port = free_port()
    child = subprocess.Popen([sys.executable, "-c", _BARE, str(port), str(size)])
    try:
        page = PageVisitor(port)
        for _ in range(200):
            try:
                page.get("/")
                break
            except OSError:
                time.sleep(0.05)
        took = [_took_s(page, "/") for _ in range(10 * ROUNDS)]
        return _resident_mb(child.pid), _p95_ms(took)
    finally:
        child.terminate()
        child.wait(10)


def _resident_mb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def _p95_ms(seconds: list[float]) -> float:
    return 1000 * (quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0])


if __name__ == "__main__":
    main()
