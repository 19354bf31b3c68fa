"""What takes long is made apart from pages: they wait neither for a thread nor for the database meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Scope

from gateway.config.web import WebSettings
from gateway.db import Database
from gateway.runtime.clock import SystemClock
from gateway.web.guard import NobodyLogsIn
from gateway.web.live import News
from gateway.web.room import Download, Later, Room
from gateway.web.site import MOST_THREADS, PageSite, make_site
from tests.support import three_days
from tests.support.journey import Journey

MANY = MOST_THREADS + 2


class Looked:
    """Counts who looks at the database now, and who has."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.now = self.over = 0

    @contextmanager
    def __call__(self) -> Iterator[Database]:
        self.now += 1
        yield self._database
        self.now -= 1
        self.over += 1


async def get(app: ASGIApp, path: str) -> bytes:
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    said: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(said)


@pytest.fixture
def looked(tmp_path: Path) -> Iterator[Looked]:
    journey = Journey(tmp_path)
    yield Looked(journey.database)
    journey.database.close()


def site_of(folder: Path, looked: Looked, slow: Callable[[], Download]) -> ASGIApp:
    rooms = (
        Room("now", "/now", lambda _: Download(b"a page", "text/plain")),
        Room("cameras", "/clip", lambda _: Later(slow), in_menu=False),
    )
    configuration = three_days.configuration(folder)
    settings = WebSettings(storage=folder / "page")
    news, clock = News(lambda: None), SystemClock()
    return make_site(PageSite(configuration, settings, rooms, looked, looked, clock, NobodyLogsIn(), news, None))


def test_a_page_waits_for_no_clip(tmp_path: Path, looked: Looked) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def slow() -> Download:
        begun.set()
        assert goes_on.wait(30)
        return Download(b"a clip", "video/mp4")

    async def all_at_once() -> tuple[bytes, list[bytes], int]:
        app = site_of(tmp_path, looked, slow)
        clips = [asyncio.create_task(get(app, "/clip")) for _ in range(MANY)]
        try:
            async with asyncio.timeout(30):
                while looked.over < MANY or not begun.is_set():
                    await asyncio.sleep(0.01)
                page = await get(app, "/now")
            looking = looked.now
        finally:
            goes_on.set()
        return page, await asyncio.gather(*clips), looking

    assert asyncio.run(all_at_once()) == (b"a page", [b"a clip"] * MANY, 0)
