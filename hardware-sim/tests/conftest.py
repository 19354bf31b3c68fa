"""The simulator as users have it: the real command in a process of its own, read through its stdout."""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from camera_client import FPS

from stationsim.cameras.camera import SimulatedCamera, missing
from stationsim.model.camera import CameraModel

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

SCENARIO = """
name: small
seed: 7
slot: 10s
station: {province: HN, facility: ABCD, code: NUO001, kind: wastewater}
instruments:
  - name: plc
    type: modbus-tcp
    units:
      1:
        status: {register: "holding:100"}
        parameters:
          pH: {unit: "-", register: "holding:0", type: float32, signal: {base: 7.2, noise: 0.1}}
          COD: {unit: mg/L, register: "input:2", type: uint16, scale: 0.1, signal: {base: 70, noise: 2}}
  - name: bus
    type: modbus-rtu
    baudrate: 9600
    units:
      3:
        parameters:
          TSS:
            {unit: mg/L, register: "holding:0", type: int32, byte_order: CDAB, scale: 0.01,
             signal: {base: 40, noise: 1}}
authorities:
  - {name: province, protocols: [sftp, ftp], user: nuo001, password: first}
  - {name: ministry, protocols: [ftps, ftps-implicit], user: nuo001, password: second}
"""


class RunningStation:
    """A started simulator. `ready` is its first event; ends with its process."""

    def __init__(self, scenario: Path | str, out: Path, *options: str) -> None:
        command = [sys.executable, "-m", "stationsim", "run", str(scenario), "--out", str(out), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.out = out
        first = self._events.get(timeout=10)
        if first is None:
            raise AssertionError(f"ended before it was ready: {self.stop()}")
        self.ready = first

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)

    def score(self, authority: str, wanted: Callable[[dict[str, Any]], bool], timeout_s: float = 8) -> dict[str, Any]:
        """The first score of the authority that is as wanted."""
        until = time.monotonic() + timeout_s
        last: dict[str, Any] | None = None
        while (left_s := until - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left_s)
            except queue.Empty:
                break
            if event is None:
                break
            if event["event"] == "score" and event["authority"] == authority:
                last = event
                if wanted(event):
                    return event
        raise AssertionError(f"no such score; the last one is {last}")

    def truth(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "truth.jsonl").read_text().splitlines()]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and what stands on stderr."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        assert self.process.stderr is not None
        errors = self.process.stderr.read()
        code = self.process.wait(timeout=10)
        self._reader.join(5)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        return code, errors

    def rest(self) -> list[dict[str, Any]]:
        """The events that nobody took, after `stop`."""
        return list(iter(self._events.get, None))


StartStation = Callable[..., RunningStation]


@pytest.fixture(scope="module")
def start_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartStation]:
    """Starts simulators of the given scenario text, or of a bundled one by name; all are ended after the module."""
    started: list[RunningStation] = []

    def start(text: str = SCENARIO, *options: str, out: Path | None = None, bundled: bool = False) -> RunningStation:
        folder = tmp_path_factory.mktemp("station")
        scenario = folder / "scenario.yaml"
        scenario.write_text(text, encoding="utf-8")
        started.append(RunningStation(text if bundled else scenario, out or folder / "out", *options))
        return started[-1]

    yield start
    for station in started:
        if station.process.returncode is None:
            station.stop()


@pytest.fixture(scope="module")
def station(start_station: StartStation) -> RunningStation:
    """One simulator of the small scenario for all tests of a module."""
    return start_station()


@pytest.fixture(scope="session")
def small_scenario() -> str:
    """The scenario that `start_station` runs unless told otherwise."""
    return SCENARIO


@pytest.fixture
def good_file() -> Callable[[int], tuple[str, str, bytes]]:
    """Folder, name and content of a perfect file of the small scenario for the slot that ends at `end_ms`."""

    def render(end_ms: int) -> tuple[str, str, bytes]:
        local = datetime.fromtimestamp(end_ms / 1000, ZONE)
        label = local.strftime("%Y%m%d%H%M%S")
        lines = [f"pH\t7.21\t-\t{label}\t00", f"COD\t70.3\tmg/L\t{label}\t00", f"TSS\tNULL\tmg/L\t{label}\t02"]
        content = "".join(f"{line}\r\n" for line in lines).encode()
        return local.strftime("NUO001/%Y/%m/%d"), f"HN_ABCD_NUO001_{label}.txt", content

    return render


@pytest.fixture
def newest_slot_ms() -> int:
    """The end of the newest 10 s slot, which ended 5 s ago or less: a file of it is still in time."""
    into_s = time.time() % 10
    if into_s > 5:
        time.sleep(10 - into_s)
    return time.time_ns() // 10_000_000_000 * 10_000


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[Callable[..., SimulatedCamera]]:
    """Starts cameras; all of them end with the test."""
    assert missing() is None
    started = []

    def start(**settings: Any) -> SimulatedCamera:
        small = {"name": f"camera-{len(started)}", "size": "320x240", "fps": FPS, "gop": "500ms", "bit_rate": 400_000}
        model = CameraModel.model_validate({**small, **settings})
        started.append(SimulatedCamera(model, truth=tmp_path / f"{model.name}.jsonl", seed="7"))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.close()
