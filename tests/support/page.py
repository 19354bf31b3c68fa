"""The page of a station, as systemd would run it, and somebody who looks at it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from gateway.config import Configuration, load
from tests.support import three_days
from tests.support.journey import Journey
from tests.support.servers.private import free_port

STARTS_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """By their names in small letters; of one that comes twice, the last."""
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True)
class RunningPage:
    """`gateway web`, at a port of its own on loopback."""

    port: int
    pid: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), form | headers)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One question over a connection of its own; nothing is followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()


def page_yaml(folder: Path, port: int, more: str = "") -> str:
    """The section `web`."""
    return f'web: {{listen: "127.0.0.1:{port}", storage: {folder / "page"}{more}}}\n'


@contextmanager
def three_days_page(folder: Path, more: str = "") -> Iterator[tuple[RunningPage, Configuration]]:
    """The page of a station that has three days behind it. `more`: further keys of `web` (`, login: always`)."""
    station = three_days.configuration(folder)
    journey = Journey(folder)
    three_days.fill(journey)
    journey.database.close()
    port = free_port()
    with station.file.open("a", encoding="utf-8") as file:
        file.write(page_yaml(folder, port, more))
    with running_page(station.file, port) as page:
        yield page, load(station.file)


@contextmanager
def running_page(
    file: Path, port: int, *, log: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[RunningPage]:
    """`gateway web` with this configuration; ends in order, or the test fails. `environment`: what it finds there
    beside ours."""
    log = log or file.with_name("page.log")
    command = [sys.executable, "-m", "gateway", "web", "-c", str(file)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
        try:
            _wait_until_started(process, log)
            yield RunningPage(port, process.pid, log)
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0, log.read_text("utf-8")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(10)


def _wait_until_started(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while "page started" not in log.read_text("utf-8"):
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < deadline, f"the page did not start: {log.read_text('utf-8')}"
        time.sleep(0.05)
