"""What recording cameras costs: 1080p, 15 pictures a second, 2 Mb/s, beside ffmpeg copying the same streams into
segments in the same run; what the relay costs, what is written, what a kill loses, and whether one camera that breaks
its connection each second takes anything from the others.

The cameras are simulated, each a process.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from tests.support.cameras import SimulatedCamera, camera, sent
from tests.support.live.gateway import RunningGateway
from tests.support.servers.private import free_port
from tests.support.video_truth import recorded

CAMERAS = (1, 4)
VIEWERS = (0, 1, 5)
WARM_UP_S = 15.0
LASTS_S = float(os.environ.get("BENCH_SECONDS", "60"))
KILLS = 8
BAD_S = 60.0
MB = 1_000_000
UNIT = {"MALLOC_ARENA_MAX": "2"}
"""What the recorder's systemd unit puts into its environment."""
_STREAM = {"size": "1920x1080", "fps": 15, "bit_rate": 2_000_000}


@dataclass(frozen=True, slots=True)
class Spent:
    """Of some processes: CPU seconds since their start, resident bytes now, bytes sent to storage."""

    cpu_s: float
    resident: int
    written: int


def main() -> None:
    # The system's temporary folder may be memory; what is written has to reach a disk to be counted.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parents[2], prefix=".bench-") as name:
        folder = Path(name)
        for count in CAMERAS:
            print(f"camera: {count} × 1080p 15/s 2 Mb/s over {LASTS_S:.0f} s: {_recording(folder, count)}")
        print(f"camera: relay of one: {'; '.join(_relaying(folder, VIEWERS))}")
        print(f"camera: lost by kill -9, {KILLS} times (goal 0.5 s): {_killed(folder)}")
        print(f"camera: one of four breaks its connection each second, over {BAD_S:.0f} s: {_beside_a_bad_one(folder)}")


def _recording(folder: Path, count: int) -> str:
    with ExitStack() as stack:
        cameras = [stack.enter_context(_camera(folder, f"of{count}-{n}")) for n in range(count)]
        ours = stack.enter_context(_recorder(folder / f"all{count}", cameras))
        plain = stack.enter_context(_recorder(folder / f"plain{count}", cameras, health="off"))
        copying = [stack.enter_context(_ffmpeg(folder, one)) for one in cameras]
        theirs = [child.pid for child in copying]
        time.sleep(WARM_UP_S)
        before = [_spent(pids) for pids in ([ours.pid], [plain.pid], theirs)]
        bytes_before = _bytes_in(folder / f"plain{count}/video")
        time.sleep(LASTS_S)
        after = [_spent(pids) for pids in ([ours.pid], [plain.pid], theirs)]
        video = _bytes_in(folder / f"plain{count}/video") - bytes_before
        ours.check()
        plain.check()
    cpu = [(end.cpu_s - begin.cpu_s) / LASTS_S for begin, end in zip(before, after, strict=True)]
    written = (after[1].written - before[1].written) / max(1, video)
    return (
        f"recorder {cpu[0]:.2%} of a core, {after[0].resident / MB:.0f} MB; without looking at pictures {cpu[1]:.2%},"
        f" {after[1].resident / MB:.0f} MB, bytes written × {written:.2f};"
        f" ffmpeg {cpu[2]:.2%}, {after[2].resident / MB:.0f} MB; {cpu[0] / max(cpu[2], 1e-6):.2f} and"
        f" {cpu[1] / max(cpu[2], 1e-6):.2f} × ffmpeg (goal 1.6)"
    )


def _relaying(folder: Path, numbers: Sequence[int]) -> Iterator[str]:
    port, secret = free_port(), folder / "secret"
    with ExitStack() as stack:
        outlet = stack.enter_context(_camera(folder, "relayed"))
        relay = f'  relay: {{listen: "127.0.0.1:{port}", user: authority, password: {{file: {secret}}}, viewers: 9}}\n'
        recorder = stack.enter_context(_recorder(folder / "relaying", [outlet], health="off", more=relay))
        _wait_for(folder / "relaying/storage/relay.sock")
        configuration = folder / "relaying/gateway.yaml"
        server = RunningGateway(configuration, folder / "relay.log", UNIT, ("cameras", "relay"))
        stack.callback(server.stop)
        time.sleep(WARM_UP_S)
        for number in numbers:
            with ExitStack() as watching:
                for _ in range(number):
                    watching.enter_context(_viewer(f"rtsp://authority:secret@127.0.0.1:{port}/relayed"))
                time.sleep(min(WARM_UP_S, 5.0))
                before = _spent([server.pid]), _spent([recorder.pid])
                time.sleep(LASTS_S / 2)
                after = _spent([server.pid]), _spent([recorder.pid])
            cpu = [(end.cpu_s - begin.cpu_s) / (LASTS_S / 2) for begin, end in zip(before, after, strict=True)]
            yield f"{number} viewers {cpu[0]:.2%} of a core, {after[0].resident / MB:.0f} MB, recorder {cpu[1]:.2%}"


def _killed(folder: Path) -> str:
    """From the newest frame that the camera had sent to the newest one in the file."""
    lost_s = []
    with _camera(folder, "killed") as outlet:
        for number in range(KILLS):
            where = folder / f"killed{number}"
            with _recorder(where, [outlet], health="off") as recorder:
                file = _wait_for(where / "video", "*.mkv", larger_than=500_000)
                time.sleep(0.037 * number)
                recorder.kill()
            outlet.look()
            killed_ms = round(time.time() * 1000)
            newest_ms = max(frame.utc_ms for frame in recorded(file))
            lost_s.append((min(killed_ms, sent(outlet)[-1].utc_ms) - newest_ms) / 1000)
    return f"median {median(lost_s):.2f} s, worst {max(lost_s):.2f} s"


def _beside_a_bad_one(folder: Path) -> str:
    """Of the good ones, all with threads of one process: gaps that were noted, and frames that are not in the record
    though they were sent while it ran."""
    with ExitStack() as stack:
        cameras = [stack.enter_context(_camera(folder, f"beside{n}")) for n in range(4)]
        cameras[0].begin("cut", every="1s")
        recorder = stack.enter_context(_recorder(folder / "beside", cameras))
        _wait_for(folder / "beside/video", "beside3/**/*.mkv", larger_than=500_000)
        before = _spent([recorder.pid])
        time.sleep(BAD_S)
        after = _spent([recorder.pid])
        recorder.stop()
        for one in cameras:
            one.look()
        missing = [_missing(folder / "beside/video", one) for one in cameras]
        with closing(open_cameras_database(folder / "beside/storage", read_only=True)) as database:
            gaps = [GapStore(database).between(one.model.name, 0, 2**50) for one in cameras]
    return (
        f"of the three good ones {sum(missing[1:])} frames missing and {sum(len(one) for one in gaps[1:])} gaps, of the"
        f" bad one {missing[0]} and {len(gaps[0])}; recorder {(after.cpu_s - before.cpu_s) / BAD_S:.2%} of a core"
    )


def _missing(video: Path, one: SimulatedCamera) -> int:
    files = sorted((video / one.model.name).rglob("*.mkv"))
    there = {frame.number for file in files for frame in recorded(file)}
    return sum(min(there) < frame.number < max(there) and frame.number not in there for frame in sent(one))


@contextmanager
def _camera(folder: Path, name: str) -> Iterator[SimulatedCamera]:
    with camera(folder, name, **_STREAM) as started:
        yield started


@contextmanager
def _recorder(
    folder: Path, cameras: Sequence[SimulatedCamera], health: str = "10s", more: str = ""
) -> Iterator[RunningGateway]:
    configuration = _configuration(folder, cameras, health, more)
    running = RunningGateway(configuration, folder / "gateway.log", UNIT, ("cameras", "run"))
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def _ffmpeg(folder: Path, one: SimulatedCamera) -> Iterator[subprocess.Popen[bytes]]:
    into = ["-c", "copy", "-f", "segment", "-segment_time", "300", "-segment_format", "matroska"]
    source = ["-rtsp_transport", "tcp", "-i", one.url]
    with _child(["ffmpeg", "-v", "error", "-nostdin", *source, *into, f"{folder}/{one.model.name}-%d.mkv"]) as child:
        yield child


@contextmanager
def _viewer(url: str) -> Iterator[subprocess.Popen[bytes]]:
    watch = ["-rtsp_transport", "tcp", "-i", url, "-c", "copy", "-f", "null", "-"]
    with _child(["ffmpeg", "-v", "error", "-nostdin", *watch]) as child:
        yield child


@contextmanager
def _child(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(command)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def _spent(pids: Sequence[int]) -> Spent:
    cpu_s, resident, written = 0.0, 0, 0
    for pid in pids:
        process = psutil.Process(pid)
        times = process.cpu_times()
        cpu_s += times.user + times.system
        resident += process.memory_info().rss
        written += process.io_counters().write_bytes
    return Spent(cpu_s, resident, written)


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.mkv"))


def _wait_for(place: Path, pattern: str = "", larger_than: int = -1) -> Path:
    """The file there, once it is that large."""
    until_s = time.monotonic() + 60
    while time.monotonic() < until_s:
        found = sorted(place.rglob(pattern)) if pattern else [place]
        for file in found:
            if file.exists() and file.stat().st_size > larger_than:
                return file
        time.sleep(0.05)
    raise SystemExit(f"camera: nothing came to {place}")


def _configuration(folder: Path, cameras: Sequence[SimulatedCamera], health: str, more: str) -> Path:
    folder.mkdir()
    secret = folder.parent / "secret"
    secret.touch(mode=0o600)
    secret.write_text("secret")
    streams = "".join(f'    - {{name: {one.model.name}, url: "{one.url}", health: {health}}}\n' for one in cameras)
    file = folder / "gateway.yaml"
    file.write_text(
        f"""\
station: {{name: Nhanh, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {folder}/storage}}
clock: {{trust: assume}}
links:
  unused: {{type: modbus-tcp, host: 127.0.0.1, port: 1}}
instruments:
  - name: unused
    link: unused
    unit: 1
    poll: 10s
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32}}
destinations:
  - {{name: unused, authority: province, url: "ftp://nobody@127.0.0.1/NUO001", password: {{file: {secret}}}}}
cameras:
  storage: {{path: {folder}/video, leave_free: 100MB}}
{more}  list:
{streams}""",
        encoding="utf-8",
    )
    return file


if __name__ == "__main__":
    main()
