"""A gateway that watches ports of the running kernel, in a network of its own or among devices that are simulated."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

PATIENCE_S = 30.0
_PRELOAD = "libumockdev-preload.so.0"
_TESTBED = """
import sys, gi
gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev
bed = UMockdev.Testbed.new()
hub = bed.add_device("usb", "usb1", None, ["idVendor", "1d6b", "idProduct", "0002", "maxchild", "4"], [])
print(bed.get_root_dir(), flush=True)
plugged = {}
for line in sys.stdin:
    what, place, *rest = line.split()
    if what == "plug":
        attributes = ["idVendor", rest[0], "idProduct", rest[1], "product", rest[2]]
        product = "/".join((rest[0].lstrip("0"), rest[1].lstrip("0"), "100"))
        plugged[place] = bed.add_device("usb", place, hub, attributes, ["DEVTYPE", "usb_device", "PRODUCT", product])
    else:
        bed.uevent(plugged[place], "remove")
        bed.remove_device(plugged.pop(place))
    print(place, flush=True)
"""


class WatchedBox:
    """`gateway run` with a section `ports`, and what it wrote down."""

    def __init__(
        self, folder: Path, ports: str, before: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ):
        self.file = folder / "gateway.yaml"
        self._database = folder / "storage" / "gateway.db"
        self.log = folder / "gateway.log"
        self._before = tuple(before)
        self._environment = {**os.environ, **(environment or {})}
        self.file.write_text(
            CONFIGURATION.format(storage=self._database.parent, ports=f"ports:\n{ports}"), encoding="utf-8"
        )
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(self._command("run"), stdout=output, stderr=output, env=self._environment)
        self.wait_for(lambda: "gateway started" in self.log.read_text(errors="replace"))

    def _command(self, *arguments: str) -> list[str]:
        return [*self._before, sys.executable, "-m", "gateway", *arguments, "--config", str(self.file)]

    def stop(self) -> None:
        self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*arguments), capture_output=True, text=True, timeout=60, check=False, env=self._environment
        )

    def events(self, subject: str) -> list[dict[str, Any]]:
        """Of that port, oldest first."""
        if not self._database.exists():
            return []
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=10)) as database:
            rows = database.execute(
                "SELECT kind, began_ms, ended_ms, detail FROM event WHERE topic = 'port' AND subject = ? ORDER BY id",
                (subject,),
            ).fetchall()
        return [dict(zip(("kind", "began_ms", "ended_ms", "detail"), row, strict=True)) for row in rows]

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """What the journal tells of that kind, oldest first."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=10)) as database:
            rows = database.execute("SELECT what FROM journal WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
        return [json.loads(what) for (what,) in rows]

    def until_told(self, subject: str, *, ended: bool = False) -> float:
        """Seconds until the newest event of that port is one that lasts, or one that ended."""
        began_s = time.monotonic()

        def is_told() -> bool:
            found = self.events(subject)
            return bool(found) and (found[-1]["ended_ms"] is not None) is ended

        self.wait_for(is_told)
        return time.monotonic() - began_s

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while not is_so():
            assert self._child.poll() is None, self.log.read_text(errors="replace")[-3000:]
            assert time.monotonic() < until_s, self.log.read_text(errors="replace")[-3000:]
            time.sleep(0.02)


@contextmanager
def networks(name: str) -> Iterator[tuple[str, str]]:
    """Two networks joined by a cable: `lan0` in the first, `far0` in the second, whose end is not plugged in yet."""
    near, far = f"{name}-{os.getpid()}-a", f"{name}-{os.getpid()}-b"
    try:
        for one in (near, far):
            _ip("netns", "add", one)
            _ip("-n", one, "link", "set", "lo", "up")
        _ip("-n", near, "link", "add", "lan0", "type", "veth", "peer", "name", "far0", "netns", far)
        _ip("-n", near, "link", "set", "lan0", "up")
        yield near, far
    finally:
        for one in (near, far):
            subprocess.run(["ip", "netns", "delete", one], check=False, capture_output=True)


def plug(far: str, *, is_in: bool) -> None:
    """The cable's far end."""
    _ip("-n", far, "link", "set", "far0", "up" if is_in else "down")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=30)


class SimulatedSockets:
    """USB sockets 1-1 to 1-4 of a kernel that is not there; for whoever is started with `environment`."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            ["/usr/bin/python3", "-c", _TESTBED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LD_PRELOAD": _PRELOAD},
        )
        self.environment = {"LD_PRELOAD": _PRELOAD, "UMOCKDEV_DIR": self._answer()}

    def plug(self, place: str, maker: str, product: str, name: str) -> None:
        self._say(f"plug {place} {maker} {product} {name}")

    def unplug(self, place: str) -> None:
        self._say(f"unplug {place}")

    def close(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(PATIENCE_S)

    def _say(self, line: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(f"{line}\n")
        self._child.stdin.flush()
        self._answer()

    def _answer(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()


CONFIGURATION = """\
station: {{name: Trạm thử, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {storage}}}
clock: {{trust: assume}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1, port: 1, timeout: 1s}}
instruments:
  - name: probe
    link: plc
    unit: 1
    poll: 60s
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32, decimals: 2}}
{ports}
"""
"""Of a station whose only instrument never answers."""
