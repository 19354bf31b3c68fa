"""The relay as its viewers see it: the real program under the system's Python, real clients, the real feed."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import product
from pathlib import Path

import psutil
import pytest

from tests.support.certificates import Authority
from tests.support.relay import GOP, H264_FILLER, PASSWORD, USER, WITHIN_S, FakeRecorder, RunningRelay, wait_until
from tests.support.rtsp_client import RtspClient
from tests.support.servers.private import free_port
from tests.support.video_truth import recorded, stamped

FIRST_PICTURE_S = 10.0
"""A second is usual; machines three times slower are used, too."""
AT_ONCE = ["-rtsp_transport", "tcp", "-fpsprobesize", "0", "-analyzeduration", "200000"]
"""FFmpeg's clients watch the frame rate for seconds, else."""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def recorder(tmp_path: Path, port: int) -> Iterator[FakeRecorder]:
    with FakeRecorder(tmp_path, port, viewers=2) as running:
        yield running


@pytest.fixture
def relay(tmp_path: Path, port: int, recorder: FakeRecorder) -> Iterator[RunningRelay]:
    with RunningRelay(tmp_path, port) as running:
        running.wait_until_it_listens()
        yield running


def ask(port: int, path: str, method: str = "DESCRIBE") -> str:
    """The answer to a request without a password."""
    with socket.create_connection(("127.0.0.1", port), WITHIN_S) as channel:
        channel.sendall(f"{method} rtsp://127.0.0.1:{port}/{path} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        return channel.recv(4096).decode()


def probe(url: str) -> subprocess.CompletedProcess[str]:
    entries = ["-show_entries", "stream=codec_name,width,height", "-of", "json"]
    return subprocess.run(
        ["ffprobe", "-v", "error", *AT_ONCE, *entries, url],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


class Viewer:
    """FFmpeg's RTSP client in a process of its own: what it gets goes to a file, without being decoded."""

    def __init__(self, url: str, file: Path) -> None:
        self.file = file
        to_file = ["-c", "copy", "-flush_packets", "1", "-cluster_time_limit", "100", "-y", str(file)]
        self._child = subprocess.Popen(["ffmpeg", "-v", "error", *AT_ONCE, "-i", url, *to_file], stderr=subprocess.PIPE)

    def __enter__(self) -> Viewer:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.communicate()

    def send_signal(self, number: signal.Signals) -> None:
        self._child.send_signal(number)

    def is_there(self) -> bool:
        return self._child.poll() is None

    def numbers(self) -> list[int]:
        try:
            return [frame.number for frame in recorded(self.file)]
        except (OSError, ValueError):  # nothing was written yet
            return []


# What clients see


def test_ffprobe_opens_the_stream(relay: RunningRelay) -> None:
    seen = probe(relay.url())
    assert seen.returncode == 0, seen.stderr
    assert json.loads(seen.stdout)["streams"] == [{"codec_name": "h264", "width": 320, "height": 240}]


def test_whoever_wants_datagrams_is_told_that_there_are_none(relay: RunningRelay) -> None:
    seen = subprocess.run(
        ["ffprobe", "-v", "error", "-rtsp_transport", "udp", relay.url()],
        capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert seen.returncode == 1
    assert "461" in seen.stderr


def test_opencv_has_a_picture_at_once(relay: RunningRelay) -> None:
    script = (
        "import cv2, sys; stream = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG); came, picture = stream.read();"
        " assert came and picture.shape == (240, 320, 3), (came, picture)"
    )
    environment = {**os.environ, "OPENCV_FFMPEG_CAPTURE_OPTIONS": "rtsp_transport;tcp"}
    seen = subprocess.run(
        [sys.executable, "-c", script, relay.url()], env=environment, timeout=60, check=False, capture_output=True
    )
    assert seen.returncode == 0, seen.stderr


def test_pyav_gets_every_frame_from_the_newest_key_frame_on(relay: RunningRelay, recorder: FakeRecorder) -> None:
    import av

    wait_until(lambda: len(recorder.sent) % GOP == GOP // 2, "the middle between two key frames")
    newest_key = len(recorder.sent) // GOP * GOP
    began_s = time.monotonic()
    numbers, times = [], []
    with av.open(relay.url(), options={"rtsp_transport": "tcp"}, timeout=WITHIN_S) as stream:
        assert time.monotonic() - began_s < FIRST_PICTURE_S
        for packet in stream.demux(video=0):
            numbers.append((stamped("h264", bytes(packet)) or (-1, 0))[0])
            times.append(packet.pts)
            if len(numbers) == 3 * GOP:
                break
    assert numbers[0] in (newest_key, newest_key + GOP)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert {after - before for before, after in zip(times[1:-1], times[2:], strict=True)} <= {4499, 4500, 4501}


def test_a_camera_whose_clock_is_too_fast_is_not_shown_later_and_later(tmp_path: Path, port: int) -> None:
    import av

    late_ms = []
    with FakeRecorder(tmp_path, port) as recorder, RunningRelay(tmp_path, port) as relay:
        recorder.tempo = 1.25
        recorder.end()
        recorder.begin()
        relay.wait_until_it_listens()
        with av.open(relay.url(), options={"rtsp_transport": "tcp"}, timeout=WITHIN_S) as stream:
            for packet in stream.demux(video=0):
                late_ms.append(time.time_ns() // 1_000_000 - (stamped("h264", bytes(packet)) or (0, 0))[1])
                if len(late_ms) == 6 * GOP:
                    break
    assert min(late_ms[-GOP:]) < min(late_ms[:GOP]) + 400


def test_h265_is_relayed(tmp_path: Path, port: int) -> None:
    with FakeRecorder(tmp_path, port, "hevc"), RunningRelay(tmp_path, port) as relay:
        relay.wait_until_it_listens()
        assert json.loads(probe(relay.url()).stdout)["streams"][0]["codec_name"] == "hevc"


def test_rtsps_where_there_is_a_certificate(tmp_path: Path, port: int) -> None:
    authority = Authority(tmp_path / "authority")
    issued = authority.issue("127.0.0.1")
    encrypted = {"certificate": str(issued.certificate), "key": {"file": str(issued.key)}}
    with FakeRecorder(tmp_path, port, **encrypted), RunningRelay(tmp_path, port, "rtsps") as relay:
        relay.wait_until_it_listens()
        context = ssl.create_default_context(cafile=str(authority.file))
        with (
            socket.create_connection(("127.0.0.1", port), WITHIN_S) as bare,
            context.wrap_socket(bare, server_hostname="127.0.0.1") as channel,
        ):
            assert channel.version() in ("TLSv1.2", "TLSv1.3")
        assert probe(relay.url()).returncode == 0
        assert "BEGIN" not in relay.log.read_text()


def test_a_key_of_another_certificate_is_named(tmp_path: Path, port: int) -> None:
    authority = Authority(tmp_path / "authority")
    one, another = authority.issue("127.0.0.1"), authority.issue("localhost")
    mixed = {"certificate": str(one.certificate), "key": {"file": str(another.key)}}
    with FakeRecorder(tmp_path, port, **mixed), RunningRelay(tmp_path, port, "rtsps") as relay:
        wait_until(lambda: relay.said("the key is not the certificate's"), "it says so")
        assert relay.said("relay listens") == 0


# Who may look


def test_without_a_password_nobody_learns_which_cameras_there_are(relay: RunningRelay, port: int) -> None:
    for method, path in product(("DESCRIBE", "SETUP", "PLAY", "ANNOUNCE"), ("outlet", "inlet", "nowhere", "")):
        answer = ask(port, path, method)
        assert answer.startswith("RTSP/1.0 401 "), (method, path, answer)
        challenges = [line for line in answer.splitlines() if line.startswith("WWW-Authenticate:")]
        assert [challenge.split()[1] for challenge in challenges] == ["Digest"]


def test_a_wrong_password_is_told_apart_from_a_wrong_camera(relay: RunningRelay) -> None:
    assert "401 Unauthorized" in probe(relay.url(password="wrong")).stderr
    assert "404 Not Found" in probe(relay.url("nowhere")).stderr
    assert "failed: 503" in probe(relay.url("inlet")).stderr
    assert relay.said("viewer refused from=127.0.0.1 why='wrong user or password'") == 1
    assert relay.said("why='camera inlet is not recorded now'") == 1
    assert PASSWORD not in relay.log.read_text()


def test_whoever_comes_when_there_are_enough_is_told_to_come_later(relay: RunningRelay, tmp_path: Path) -> None:
    with Viewer(relay.url(), tmp_path / "1.mkv"), Viewer(relay.url(), tmp_path / "2.mkv"):
        wait_until(lambda: relay.said("view began") == 2, "two look")
        assert "failed: 503" in probe(relay.url()).stderr
    wait_until(lambda: relay.said("view ended") == 2, "both have gone")
    assert probe(relay.url()).returncode == 0


def test_connections_that_only_stand_there_take_nobodys_place(relay: RunningRelay, port: int) -> None:
    idle = [socket.create_connection(("127.0.0.1", port), WITHIN_S) for _ in range(40)]
    for channel in idle[-4:]:
        request = f"SETUP rtsp://127.0.0.1:{port}/outlet/stream=0 RTSP/1.0\r\nCSeq: 1\r\n"
        channel.sendall(f"{request}Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n".encode())
        assert channel.recv(4096).startswith(b"RTSP/1.0 401 ")
    assert probe(relay.url()).returncode == 0
    assert relay.said("too many connections") == 1
    assert idle[0].recv(1) == b""
    for channel in idle:
        channel.close()


NONSENSE = (
    bytes(range(256)) * 400,
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"DESCRIBE rtsp://a/outlet RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n",
    b"DESCRIBE rtsp://a/" + b"a" * 1_000_000 + b" RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"DESCRIBE rtsp://a/outlet RTSP/1.0\r\n" + b"".join(b"X-%d: a\r\n" % one for one in range(20_000)) + b"\r\n",
    b"DESCRIBE * RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Digest\r\n\r\n",
    b'DESCRIBE rtsp://a/outlet RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Digest username="\r\n\r\n',
    b"SETUP rtsp://a/%00/../outlet RTSP/1.0\r\nCSeq: 1\r\nTransport: \xff;;=\r\n\r\n",
    b"$\x00\xff\xff" + bytes(70_000),
)


def test_nonsense_harms_nobody(relay: RunningRelay, port: int) -> None:
    memory = psutil.Process(relay.pid).memory_info().rss
    for said in NONSENSE:
        with socket.create_connection(("127.0.0.1", port), WITHIN_S) as channel, suppress(OSError):
            channel.settimeout(0.1)
            channel.sendall(said)
            while channel.recv(4096):
                pass
    with RtspClient(port, "outlet", USER, PASSWORD) as client:
        client.play()
        client.wait_for_pictures()
    assert psutil.Process(relay.pid).memory_info().rss - memory < 30_000_000
    assert not relay.said("Traceback")


def test_no_memory_is_set_aside_for_what_somebody_says_is_coming(relay: RunningRelay, port: int) -> None:
    memory = psutil.Process(relay.pid).memory_info().vms
    with socket.create_connection(("127.0.0.1", port), WITHIN_S) as channel:
        head = f"DESCRIBE rtsp://127.0.0.1:{port}/outlet RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2000000000\r\n\r\n"
        channel.sendall(head.encode())
        assert channel.recv(4096).startswith(b"RTSP/1.0 413 ")
        assert psutil.Process(relay.pid).memory_info().vms - memory < 1_000_000_000


def test_every_view_is_kept(relay: RunningRelay, recorder: FakeRecorder, tmp_path: Path) -> None:
    before_ms = time.time_ns() // 1_000_000
    with Viewer(relay.url(), tmp_path / "1.mkv"):
        wait_until(lambda: recorder.all_views(), "it is known that somebody looks")
        assert [view.ended_ms for view in recorder.all_views()] == [None]
        time.sleep(1)
    wait_until(lambda: recorder.all_views()[0].ended_ms, "it is known that nobody does any more")
    [view] = recorder.all_views()
    assert (view.camera, view.viewer, view.address) == ("outlet", "authority", "127.0.0.1")
    assert before_ms <= view.began_ms <= view.ended_ms - 1000 <= time.time_ns() // 1_000_000  # type: ignore[operator]


# What restarts, and what is slow


def test_a_viewer_goes_on_when_the_recorder_was_started_again(
    relay: RunningRelay, recorder: FakeRecorder, tmp_path: Path
) -> None:
    with Viewer(relay.url(), tmp_path / "1.mkv") as viewer:
        wait_until(lambda: len(viewer.numbers()) > GOP, "it looks")
        recorder.stop()
        wait_until(lambda: relay.said("the recorder is gone"), "the relay noticed")
        missed_from = len(recorder.sent)
        recorder.start_again()
        wait_until(lambda: viewer.numbers()[-1] > missed_from + GOP, "it goes on")
        assert viewer.is_there()
        numbers = viewer.numbers()
    assert numbers == sorted(set(numbers))
    wait_until(lambda: recorder.all_views()[0].ended_ms, "its one view is kept with its end")
    assert len(recorder.all_views()) == 1


def test_a_view_that_ended_while_the_recorder_was_away_is_kept_later(
    relay: RunningRelay, recorder: FakeRecorder, tmp_path: Path
) -> None:
    with Viewer(relay.url(), tmp_path / "1.mkv"):
        wait_until(lambda: recorder.all_views(), "it is known that somebody looks")
        recorder.stop()
        wait_until(lambda: relay.said("the recorder is gone"), "the relay noticed")
    wait_until(lambda: relay.said("view ended"), "the viewer is gone")
    assert [view.ended_ms for view in recorder.all_views()] == [None]
    recorder.start_again()
    wait_until(lambda: recorder.all_views()[0].ended_ms, "it was told later")


def test_of_a_view_that_the_relay_was_killed_in_it_is_known_how_long_it_lasted_at_least(
    relay: RunningRelay, recorder: FakeRecorder, tmp_path: Path
) -> None:
    with Viewer(relay.url(), tmp_path / "1.mkv"):
        wait_until(lambda: recorder.all_views(), "it is known that somebody looks")
        time.sleep(2)
        assert [view.known_until_ms for view in recorder.all_views()] == [None]
        relay.kill()
        killed_ms = time.time_ns() // 1_000_000
        wait_until(lambda: recorder.all_views()[0].known_until_ms, "it is known that the relay is gone")
    [view] = recorder.all_views()
    assert view.ended_ms is None
    assert view.began_ms < view.known_until_ms <= killed_ms  # type: ignore[operator]


def test_the_record_never_waits_for_a_relay_that_is_killed_or_stopped(
    relay: RunningRelay, recorder: FakeRecorder, tmp_path: Path
) -> None:
    with Viewer(relay.url(), tmp_path / "1.mkv") as viewer:
        wait_until(lambda: viewer.numbers(), "it looks")
        os.kill(relay.pid, signal.SIGSTOP)
        time.sleep(2)
        os.kill(relay.pid, signal.SIGCONT)
        relay.kill()
        wait_until(lambda: not viewer.is_there(), "the viewer was let go")
    relay.start()
    relay.wait_until_it_listens()
    wait_until(lambda: probe(relay.url()).returncode == 0, "it relays again")
    assert recorder.slowest_s < 1.5
    assert recorder.sent == list(range(len(recorder.sent)))


def test_a_viewer_that_stops_reading_harms_nobody(
    relay: RunningRelay, recorder: FakeRecorder, port: int, tmp_path: Path
) -> None:
    slow = RtspClient(port, "outlet", USER, PASSWORD, buffer=4096)
    with slow as stopped, Viewer(relay.url(), tmp_path / "1.mkv") as other:
        stopped.play()
        wait_until(other.numbers, "the other one looks")
        memory = psutil.Process(relay.pid).memory_info().rss
        began, recorder.filler = other.numbers()[-1], H264_FILLER
        wait_until(lambda: other.numbers()[-1] > began + 10 * GOP, "the other one goes on")
        recorder.filler = b""
        numbers = other.numbers()
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        grown = psutil.Process(relay.pid).memory_info().rss - memory
        assert grown < 7 * GOP * len(H264_FILLER)
        assert not stopped.is_closed(), "it may go on"
        stopped.wait_for_pictures()
    assert recorder.slowest_s < 1.5


def test_a_camera_that_comes_back_is_shown_to_whoever_still_looks(
    relay: RunningRelay, recorder: FakeRecorder, tmp_path: Path
) -> None:
    with Viewer(relay.url(), tmp_path / "1.mkv") as viewer:
        wait_until(lambda: viewer.numbers(), "it looks")
        recorder.end()
        wait_until(lambda: "503" in probe(relay.url()).stderr, "nobody else can look meanwhile")
        before = len(recorder.sent)
        recorder.begin()
        wait_until(lambda: viewer.numbers()[-1] > before + GOP, "it goes on")
        assert viewer.is_there()
        after = [number for number in viewer.numbers() if number >= before]
        assert after == list(range(before, before + len(after))), "from its first picture on"
    wait_until(lambda: relay.said("view ended"), "the viewer is gone")
    assert relay.said("view began") == 1, "it was one and the same view"


def test_a_viewer_that_pauses_goes_on_with_the_present(relay: RunningRelay, port: int) -> None:
    with RtspClient(port, "outlet", USER, PASSWORD) as viewer:
        viewer.play()
        viewer.wait_for_pictures()
        for _ in range(3):
            viewer.say("PAUSE")
            viewer.drop_for(2)
            viewer.say("PLAY")
            viewer.drop_for(0.5)
            assert viewer.seconds_until(20_000) < 2.5, "a key frame comes each second"


def test_another_codec_is_another_stream(relay: RunningRelay, recorder: FakeRecorder, tmp_path: Path) -> None:
    with Viewer(relay.url(), tmp_path / "1.mkv") as viewer:
        wait_until(lambda: viewer.numbers(), "it looks")
        recorder.become("hevc")
        wait_until(lambda: not viewer.is_there(), "it must ask anew")
    assert json.loads(probe(relay.url()).stdout)["streams"][0]["codec_name"] == "hevc"


def test_other_settings_are_taken_with_the_recorders_next_start(
    relay: RunningRelay, recorder: FakeRecorder, port: int, tmp_path: Path
) -> None:
    recorder.stop()
    (tmp_path / "relay-password").write_text("another\n")
    recorder.start_again()
    wait_until(lambda: relay.said("the settings have changed"), "the relay noticed")
    wait_until(lambda: probe(relay.url(password="another")).returncode == 0, "the new password is the right one")
    assert "401" in probe(relay.url()).stderr


def test_a_recorder_that_does_not_take_the_relay_is_told_of_once(
    relay: RunningRelay, recorder: FakeRecorder, tmp_path: Path
) -> None:
    recorder.stop()
    (tmp_path / "relay-password").chmod(0o644)
    recorder.start_again()
    wait_until(lambda: relay.said("the recorder is gone"), "it noticed that the first one went")
    time.sleep(3)
    assert relay.said("connected to the recorder") == 1
    assert relay.said("the recorder does not take this relay") == 0, "it is known already that there is none"
    (tmp_path / "relay-password").chmod(0o600)
    wait_until(lambda: relay.said("connected to the recorder") == 2, "it is taken")


def test_a_port_that_another_program_has_is_told_of_once_and_taken_when_it_is_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as another:
        port = another.getsockname()[1]
        with FakeRecorder(tmp_path, port) as recorder, RunningRelay(tmp_path, port) as relay:
            wait_until(lambda: relay.said("another program does"), "it says so")
            recorder.stop()
            recorder.start_again()
            time.sleep(4.5)
            assert relay.said("cannot listen on") == 1
            another.close()
            relay.wait_until_it_listens()
            assert probe(relay.url()).returncode == 0


def test_it_ends_when_told_to(relay: RunningRelay, tmp_path: Path) -> None:
    with Viewer(relay.url(), tmp_path / "1.mkv") as viewer:
        wait_until(lambda: viewer.numbers(), "it looks")
        assert relay.stop() == 0
    assert relay.said("relay stopped") == 1
    assert not [line for line in relay.lines() if "Traceback" in line or "CRITICAL" in line]


def test_it_waits_for_a_recorder_that_is_not_there(tmp_path: Path, port: int) -> None:
    with RunningRelay(tmp_path, port) as relay:
        wait_until(lambda: relay.said("the recorder cannot be reached"), "it says so")
        time.sleep(2.5)
        assert relay.said("the recorder cannot be reached") == 1
        with FakeRecorder(tmp_path, port):
            relay.wait_until_it_listens()


def test_systemd_hears_that_it_is_ready_alive_and_stopping(tmp_path: Path, port: int) -> None:
    with (
        closing(Systemd(tmp_path)) as systemd,
        RunningRelay(tmp_path, port, environment=systemd.environment) as relay,
    ):
        systemd.wait_for("READY=1\nSTATUS=waits for the recorder")
        systemd.wait_for("WATCHDOG=1")
        os.kill(relay.pid, signal.SIGSTOP)
        time.sleep(0.5)
        systemd.told()
        time.sleep(0.5)
        assert systemd.told() == []
        os.kill(relay.pid, signal.SIGCONT)
        assert relay.stop() == 0
        systemd.wait_for("STOPPING=1")


def test_systemd_does_not_take_other_settings_for_an_end(tmp_path: Path, port: int) -> None:
    with (
        closing(Systemd(tmp_path)) as systemd,
        FakeRecorder(tmp_path, port) as recorder,
        RunningRelay(tmp_path, port, environment=systemd.environment) as relay,
    ):
        relay.wait_until_it_listens()
        systemd.told()
        recorder.stop()
        (tmp_path / "relay-password").write_text("another\n")
        recorder.start_again()
        passed = systemd.wait_for("READY=1\nSTATUS=waits for the recorder")
        assert "STOPPING=1" not in passed


class Systemd:
    """What hears sd_notify(3)."""

    def __init__(self, folder: Path) -> None:
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._channel.bind(str(folder / "notify"))
        self._channel.setblocking(False)
        self.environment = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "400000"}

    def told(self) -> list[str]:
        """All that was told since the last time."""
        heard = []
        with suppress(BlockingIOError):
            while True:
                heard.append(self._channel.recv(200).decode())
        return heard

    def wait_for(self, words: str) -> list[str]:
        """Returns what was told up to then."""
        heard: list[str] = []

        def came() -> bool:
            heard.extend(self.told())
            return words in heard

        wait_until(came, words)
        return heard

    def close(self) -> None:
        self._channel.close()
