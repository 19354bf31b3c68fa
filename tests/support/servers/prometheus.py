"""Debian's Prometheus and its promtool: what checks metrics and rules, and what scrapes a station."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.debian import library_path, unpacked
from tests.support.servers.private import free_port

PACKAGES = ("prometheus",)
READY_WITHIN_S = 60.0


def promtool(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """What it says: it complains by exit code and words."""
    root = unpacked(*PACKAGES)
    return subprocess.run(
        [str(root / "usr/bin/promtool"), *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        env=library_path(root),
        check=False,
    )


@dataclass(frozen=True, slots=True)
class RunningPrometheus:
    port: int

    def ask(self, path: str, **query: str) -> Any:
        """What stands under `data` in its answer."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urlencode(query)}"
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310  # http, on this machine
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[tuple[Mapping[str, str], float]]:
        """The samples of an instant."""
        return [(one["metric"], float(one["value"][1])) for one in self.ask("query", query=expression)["result"]]

    def wait_for(self, expression: str, within_s: float = READY_WITHIN_S) -> list[tuple[Mapping[str, str], float]]:
        deadline = time.monotonic() + within_s
        while not (found := self.query(expression)):
            assert time.monotonic() < deadline, (expression, self.ask("targets")["activeTargets"])
            time.sleep(0.2)
        return found


@contextmanager
def running_prometheus(folder: Path, scrape: str) -> Iterator[RunningPrometheus]:
    """`scrape`: the rest of the one scrape job, as YAML with an indentation of four."""
    folder.mkdir()
    file, port = folder / "prometheus.yml", free_port()
    file.write_text(
        f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nscrape_configs:\n  - job_name: stations\n{scrape}",
        "utf-8",
    )
    root = unpacked(*PACKAGES)
    log = folder / "prometheus.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                str(root / "usr/bin/prometheus"),
                f"--config.file={file}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                f"--web.console.templates={folder}",
                f"--web.console.libraries={folder}",
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=library_path(root),
        )
        try:
            _wait_until_ready(port, process, log)
            yield RunningPrometheus(port)
        finally:
            process.terminate()
            process.wait(20)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5):  # noqa: S310
                return
        except OSError:
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.1)
