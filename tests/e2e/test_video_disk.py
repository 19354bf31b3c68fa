"""The disk of a running recorder goes away and comes back."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.core.video import CameraEventKind, GapCause
from gateway.db import Database
from tests.support.cameras import SimulatedCamera, camera
from tests.support.live.configuration import Server, Wanted, write
from tests.support.small_disk import small_disk

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
SECTIONS = """\
cameras:
  storage: {{path: {video}, leave_free: 4MB}}
  list:
    - {{name: outlet, url: "{url}", health: off}}
"""
PATIENCE_S = 60.0


class VideoStation:
    """A recorder, and a disk for its video that can be mounted at its place and taken away."""

    def __init__(self, folder: Path, outlet: SimulatedCamera) -> None:
        self.disk, self.video, self.storage = folder / "disk/video", folder / "mounted", folder / "storage"
        self.disk.mkdir()
        self.video.mkdir()
        self.outlet = outlet
        self.configuration = write(folder, INSTRUMENTS, [PROVINCE])
        text = SECTIONS.format(video=self.video, url=outlet.url)
        self.configuration.write_text(self.configuration.read_text("utf-8") + text, encoding="utf-8")

    def mount(self) -> None:
        subprocess.run(["mount", "--bind", str(self.disk), str(self.video)], check=True)

    def take_away(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.video)], check=True)

    @contextmanager
    def recording(self) -> Iterator[None]:
        recorder = subprocess.Popen([sys.executable, "-m", "gateway", "cameras", "run", "-c", self.configuration])
        try:
            yield
        finally:
            recorder.send_signal(signal.SIGTERM)
            assert recorder.wait(30) == 0

    @contextmanager
    def database(self) -> Iterator[Database]:
        with closing(open_cameras_database(self.storage, read_only=True)) as database:
            yield database

    def disk_missing(self) -> list[bool]:
        """Whether each is over."""
        with self.database() as database:
            told = CameraEventStore(database).between(0, 1 << 50)
        return [event.ended_ms is not None for event in told if event.kind is CameraEventKind.DISK_MISSING]

    def files(self) -> set[str]:
        return {str(file.relative_to(self.disk)) for file in self.disk.rglob("*.mkv")}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VideoStation]:
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", 64 << 10) as small, camera(tmp_path) as outlet:
        if not small.is_real:
            pytest.skip("needs the right to mount")
        made = VideoStation(tmp_path, outlet)
        made.mount()
        yield made
        made.take_away()


def wait_for(is_so: Callable[[], object]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s
        time.sleep(0.2)


def test_a_disk_that_goes_away_fills_no_card_and_is_written_to_again_when_it_is_back(station: VideoStation) -> None:
    with station.recording():
        wait_for(station.files)
        station.take_away()
        station.outlet.cut()  # the segment that is being written would go on for minutes, on a disk that nobody sees
        wait_for(station.disk_missing)
        assert list(station.video.iterdir()) == []
        before = station.files()
        station.mount()
        wait_for(lambda: station.files() - before)
        wait_for(lambda: station.disk_missing() == [True])
    with station.database() as database:
        causes = {gap.cause for gap in GapStore(database).between("outlet", 0, 1 << 50)}
    assert GapCause.NO_DISK in causes
