"""The recorder's end of the relay's socket: whole messages or none, bounded, and never in the recorder's way."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.feed import feed_peer, feed_socket
from gateway.cameras.feed.feed import Feed
from gateway.cameras.feed.feed_socket import FeedUnavailable, listen_at
from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.config.cameras import RelaySettings
from gateway.core.errors import StoreFull
from gateway.core.interfaces import Instant
from gateway.core.video import CameraState, RecordingState
from gateway.relay.messages import Incoming, Said, message, read_frame, read_object

NOW = Instant(1_767_225_600_000, 100.0)
SHAPE = StreamShape("h264", 320, 240, b"")
KEY = b"\0\0\0\1\x67\x42\0\0\0\1\x68\xce\0\0\0\1\x65"
DELTA = b"\0\0\0\1\x41"


class FakePacket(bytes):
    """As PyAV's: bytes, and their number."""

    @property
    def size(self) -> int:
        return len(self)


def packet(number: int, *, is_key: bool = False, length: int = 0) -> StreamPacket:
    content: Any = FakePacket((KEY if is_key else DELTA) + number.to_bytes(4, "big") + bytes(length))
    return StreamPacket(content, True, is_key, NOW, number / 10, number / 10)


@dataclass
class FakeViews:
    kept: list[StreamView] = field(default_factory=list)
    lost: list[dict[str, int]] = field(default_factory=list)
    error: StoreFull | None = None

    def keep(self, view: StreamView) -> None:
        if self.error is not None:
            raise self.error
        self.kept.append(view)

    def lose(self, known_until_ms: Mapping[str, int]) -> None:
        if self.error is not None:
            raise self.error
        self.lost.append(dict(known_until_ms))


@dataclass
class Relay:
    """The other end, in the test's hands."""

    feed: Feed
    channel: socket.socket
    incoming: Incoming = field(default_factory=Incoming)

    def say(self, kind: Said, **said: object) -> None:
        self.channel.sendall(message(kind, said))
        self.feed.step(NOW)

    def hear(self) -> list[tuple[Said, bytes]]:
        """All that comes until nothing comes any more."""
        came: list[tuple[Said, bytes]] = []
        while True:
            self.feed.step(NOW)
            try:
                received = self.channel.recv(1 << 20)
            except BlockingIOError:
                return came
            if not received:
                return came
            came += self.incoming.add(received)

    def frames(self) -> list[int]:
        return [
            int.from_bytes(read_frame(body).content[len(KEY) : len(KEY) + 4], "big")
            if read_frame(body).is_key
            else int.from_bytes(read_frame(body).content[len(DELTA) : len(DELTA) + 4], "big")
            for kind, body in self.hear()
            if kind is Said.FRAME
        ]


@pytest.fixture
def views() -> FakeViews:
    return FakeViews()


@pytest.fixture
def feed(tmp_path: Path, views: FakeViews, monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    monkeypatch.setattr("gateway.cameras.feed.feed._LOOK_S", 0)
    password = tmp_path / "password"
    password.write_text("open-sesame\n")
    password.chmod(0o600)
    settings = RelaySettings.model_validate({"user": "authority", "password": {"file": str(password)}})
    made: Any = views
    feed = Feed(settings, ["outlet", "inlet"], made, tmp_path / "relay.sock")
    feed.step(NOW)
    yield feed
    feed.close()


def connect(feed: Feed, file: Path) -> Relay:
    channel = socket.socket(socket.AF_UNIX)
    channel.setblocking(False)
    channel.connect(str(file))
    feed.step(NOW)
    return Relay(feed, channel)


@pytest.fixture
def relay(feed: Feed, tmp_path: Path) -> Iterator[Relay]:
    relay = connect(feed, tmp_path / "relay.sock")
    yield relay
    relay.channel.close()


def test_first_of_all_it_says_what_the_relay_is_to_be(feed: Feed, relay: Relay) -> None:
    feed.packet("outlet", SHAPE, packet(0, is_key=True))
    [(first, settings), (second, shape)] = relay.hear()
    assert (first, second) == (Said.SETTINGS, Said.SHAPE)
    assert read_object(settings) == {
        "host": "127.0.0.1",
        "port": 8554,
        "user": "authority",
        "password": "open-sesame",
        "viewers": 4,
        "certificate": None,
        "key": None,
        "cameras": ["outlet", "inlet"],
    }
    assert read_object(shape) == {"camera": "outlet", "codec": "h264", "width": 320, "height": 240}


def test_nothing_is_sent_of_what_nobody_watches(feed: Feed, relay: Relay) -> None:
    for number in range(10):
        feed.packet("outlet", SHAPE, packet(number, is_key=number == 0))
    assert relay.frames() == []
    relay.say(Said.WATCH, camera="outlet", watched=True)
    assert relay.frames() == list(range(10))
    relay.say(Said.WATCH, camera="outlet", watched=False)
    feed.packet("outlet", SHAPE, packet(10))
    assert relay.frames() == []


def test_whoever_begins_to_watch_begins_with_the_newest_key_frame(feed: Feed, relay: Relay) -> None:
    for number in range(25):
        feed.packet("outlet", SHAPE, packet(number, is_key=number % 10 == 0))
    relay.say(Said.WATCH, camera="outlet", watched=True)
    feed.packet("outlet", SHAPE, packet(25))
    assert relay.frames() == list(range(20, 26))


def test_a_stream_that_began_without_a_key_frame_waits_for_one(feed: Feed, relay: Relay) -> None:
    relay.say(Said.WATCH, camera="outlet", watched=True)
    for number in range(3):
        feed.packet("outlet", SHAPE, packet(number))
    feed.packet("outlet", SHAPE, packet(3, is_key=True))
    assert relay.frames() == [3]


def test_a_relay_that_does_not_read_gets_whole_frames_or_none_and_goes_on_with_a_key_frame(
    feed: Feed, relay: Relay
) -> None:
    relay.say(Said.WATCH, camera="outlet", watched=True)
    length = feed_peer.MOST_WAITING // 40
    for number in range(200):
        feed.packet("outlet", SHAPE, packet(number, is_key=number % 20 == 0, length=length))
        feed.step(NOW)
    came = relay.frames()
    assert 40 <= len(came) < 100, "as much as there is room for"
    assert came == list(range(len(came))), "not one of them was torn"
    feed.packet("outlet", SHAPE, packet(200))
    feed.packet("outlet", SHAPE, packet(201, is_key=True))
    feed.packet("outlet", SHAPE, packet(202))
    assert relay.frames() == [201, 202]


def test_a_group_of_pictures_without_end_is_not_kept_in_memory(
    feed: Feed, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.cameras.feed.since_key._MOST_KEPT", 1000)
    for number in range(30):
        feed.packet("outlet", SHAPE, packet(number, is_key=number == 0, length=100))
    relay.say(Said.WATCH, camera="outlet", watched=True)
    feed.packet("outlet", SHAPE, packet(30, is_key=True))
    assert relay.frames() == [30]


def test_the_end_of_a_connection_is_told_and_the_next_one_is_another(feed: Feed, relay: Relay) -> None:
    feed.packet("outlet", SHAPE, packet(0, is_key=True))
    relay.hear()
    feed.ended("outlet")
    feed.ended("outlet")
    feed.packet("outlet", SHAPE, packet(1, is_key=True))
    assert [kind for kind, _ in relay.hear()] == [Said.ENDED, Said.SHAPE]


def test_views_are_kept_and_that_is_said(relay: Relay, views: FakeViews) -> None:
    relay.hear()
    view = {"source": "1", "camera": "outlet", "viewer": "authority", "address": "10.0.0.9"}
    relay.say(Said.VIEW, **view, began_ms=1000, ended_ms=None)
    relay.say(Said.VIEW, **view, began_ms=1000, ended_ms=9000)
    assert views.kept == [
        StreamView("1", "outlet", "authority", "10.0.0.9", 1000, None),
        StreamView("1", "outlet", "authority", "10.0.0.9", 1000, 9000),
    ]
    assert [read_object(body) for _, body in relay.hear()] == [
        {"source": "1", "ended": False},
        {"source": "1", "ended": True},
    ]


def test_a_view_that_cannot_be_kept_is_not_said_to_be(relay: Relay, views: FakeViews) -> None:
    relay.hear()
    views.error = StoreFull("no space left")
    view = {"source": "1", "camera": "outlet", "viewer": "authority", "address": "10.0.0.9"}
    relay.say(Said.VIEW, **view, began_ms=1000, ended_ms=None)
    assert relay.hear() == []


@pytest.mark.parametrize(
    "said", [{}, {"source": 1}, {"source": "1", "camera": "outlet", "viewer": "a", "address": "b", "began_ms": "x"}]
)
def test_a_view_that_is_none_is_passed_over(relay: Relay, views: FakeViews, said: dict[str, object]) -> None:
    relay.say(Said.VIEW, **said)
    assert views.kept == []


def test_a_relay_that_talks_nonsense_is_let_go_and_another_one_is_fed(feed: Feed, relay: Relay, tmp_path: Path) -> None:
    relay.channel.sendall(b"GET / HTTP/1.1\r\n\r\n")
    relay.hear()
    assert relay.channel.recv(1) == b""
    again = connect(feed, tmp_path / "relay.sock")
    assert again.hear()[0][0] is Said.SETTINGS
    again.channel.close()


def test_a_relay_that_is_gone_is_forgotten(feed: Feed, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        for _ in range(2 * 4):
            relay = connect(feed, tmp_path / "relay.sock")
            relay.say(Said.WATCH, camera="outlet", watched=True)
            relay.channel.close()
            feed.step(NOW)
            feed.packet("outlet", SHAPE, packet(0, is_key=True))
            feed.step(NOW)
    assert [record.message for record in caplog.records].count("relay disconnected") == 8
    again = connect(feed, tmp_path / "relay.sock")
    assert again.hear()[0][0] is Said.SETTINGS, "those that are gone take no place"
    again.channel.close()


VIEW = {"camera": "outlet", "viewer": "authority", "address": "10.0.0.9", "began_ms": NOW.wall_ms}


def after(seconds: float) -> Instant:
    return Instant(NOW.wall_ms + round(seconds * 1000), NOW.mono_s + seconds)


def test_views_that_last_when_the_relay_goes_are_known_to_have_lasted_until_then(
    feed: Feed, relay: Relay, views: FakeViews
) -> None:
    relay.say(Said.VIEW, source="lasts", **VIEW, ended_ms=None)
    relay.say(Said.VIEW, source="ended", **VIEW, ended_ms=None)
    relay.say(Said.VIEW, source="ended", **VIEW, ended_ms=NOW.wall_ms + 1000)
    feed.step(after(60))
    assert views.lost == []
    relay.channel.close()
    feed.step(after(61))
    feed.step(after(62))
    assert views.lost == [{"lasts": NOW.wall_ms + 60_000}]


def test_when_views_were_lost_is_kept_once_there_is_room_for_it(feed: Feed, relay: Relay, views: FakeViews) -> None:
    relay.say(Said.VIEW, source="lasts", **VIEW, ended_ms=None)
    views.error = StoreFull("no space left")
    relay.channel.close()
    feed.step(after(60))
    feed.step(after(61))
    views.error = None
    feed.step(after(62))
    feed.step(after(63))
    assert views.lost == [{"lasts": NOW.wall_ms}]


def test_a_view_that_the_relay_tells_of_again_is_not_lost(
    feed: Feed, relay: Relay, views: FakeViews, tmp_path: Path
) -> None:
    relay.say(Said.VIEW, source="lasts", **VIEW, ended_ms=None)
    views.error = StoreFull("no space left")
    relay.channel.close()
    feed.step(after(60))
    again = connect(feed, tmp_path / "relay.sock")
    views.error = None
    again.say(Said.VIEW, source="lasts", **VIEW, ended_ms=None)
    feed.step(after(61))
    assert views.lost == []
    again.channel.close()


def test_another_users_connection_is_refused(feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.cameras.feed.feed_socket.peer_credentials", lambda _: (1, 54321, 54321))
    stranger = connect(feed, tmp_path / "relay.sock")
    assert stranger.hear() == []
    assert stranger.channel.recv(1) == b""
    stranger.channel.close()


def test_a_relay_whose_settings_cannot_be_read_is_refused_and_that_is_said_once_a_minute(
    feed: Feed, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "password").unlink()
    for _ in range(5):
        refused = connect(feed, tmp_path / "relay.sock")
        assert refused.hear() == []
        refused.channel.close()
    assert [record.message.count("does not exist") for record in caplog.records] == [1]
    (tmp_path / "password").write_text("open-sesame\n")
    (tmp_path / "password").chmod(0o600)
    again = connect(feed, tmp_path / "relay.sock")
    assert again.hear()[0][0] is Said.SETTINGS
    again.channel.close()


# The socket


def test_a_socket_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "relay.sock"
    listen_at(file).close()
    assert file.is_socket()
    with closing(listen_at(file)):
        assert file.stat().st_mode & 0o777 in (0o600, 0o666)


def test_nobodys_file_and_nobodys_socket_is_removed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a letter")
    with pytest.raises(FeedUnavailable, match="move it away"):
        listen_at(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "a letter"
    with closing(listen_at(tmp_path / "taken")), pytest.raises(FeedUnavailable, match="somebody else"):
        listen_at(tmp_path / "taken")


def test_a_path_that_is_no_socket_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(FeedUnavailable, match="cameras: relay: socket"):
        listen_at(tmp_path / ("x" * 120))
    with pytest.raises(FeedUnavailable, match=os.strerror(errno.ENOENT)):
        listen_at(tmp_path / "nowhere/relay.sock")


def test_without_a_socket_the_recorder_goes_on(tmp_path: Path) -> None:
    settings = RelaySettings.model_validate({"user": "authority", "password": {"env": "NOBODY_SET_THIS"}})
    nothing: Any = FakeViews()
    feed = Feed(settings, ["outlet"], nothing, tmp_path / "nowhere/relay.sock")
    assert feed.step(NOW) > NOW.mono_s
    feed.packet("outlet", SHAPE, packet(0, is_key=True))
    feed.ended("outlet")
    feed.close()


@pytest.mark.parametrize(
    ("configured", "run_time", "expected"),
    [
        (Path("/srv/relay.sock"), "/run/cameras", "/srv/relay.sock"),
        (None, "/run/cameras", "/run/cameras/relay.sock"),
        (None, "", "/storage/relay.sock"),
    ],
)
def test_where_it_lies(configured: Path | None, run_time: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", run_time)
    assert feed_socket.feed_socket(configured, Path("/storage")) == Path(expected)


# Its rows


def test_a_view_stands_once_and_its_end_stays(tmp_path: Path) -> None:
    with closing(open_cameras_database(tmp_path)) as database:
        store = ViewStore(database)
        began = StreamView("a", "outlet", "authority", "10.0.0.9", 1000, None)
        ended = StreamView("a", "outlet", "authority", "10.0.0.9", 1000, 5000)
        other = StreamView("b", "inlet", "authority", "10.0.0.9", 4000, None)
        for view in (began, ended, began, other):
            store.keep(view)
        assert store.between(0, 9000) == [ended, other]
        assert store.between(0, 9000, "inlet") == [other]
        assert store.between(5001, 9000) == [other], "it lasts"
        assert store.between(0, 1000) == []


def test_a_view_without_an_end_lasts_until_its_relay_is_gone_and_again_when_it_is_back(tmp_path: Path) -> None:
    with closing(open_cameras_database(tmp_path)) as database:
        store = ViewStore(database)
        began = StreamView("a", "outlet", "authority", "10.0.0.9", 1000, None)
        ended = replace(began, source="b", ended_ms=2000)
        for view in (began, ended):
            store.keep(view)
        store.lose({"a": 5000, "b": 5000, "unknown": 5000})
        assert store.between(0, 9000) == [replace(began, known_until_ms=5000), ended]
        assert store.between(5001, 9000) == []
        store.lose({"a": 500})
        assert store.between(0, 9000) == [replace(began, known_until_ms=1000), ended], "a clock was set back"
        store.keep(began)
        assert store.between(0, 9000) == [began, ended]
        store.keep(replace(began, ended_ms=7000))
        store.lose({"a": 8000})
        assert store.between(0, 9000) == [replace(began, ended_ms=7000), ended]


def test_what_lasted_when_the_recorder_was_killed_lasted_until_its_last_report(tmp_path: Path) -> None:
    with closing(open_cameras_database(tmp_path)) as database:
        store = ViewStore(database)
        CameraStateStore(database).report([CameraState("outlet", RecordingState.RECORDING, 0)], 4000)
        outlet = StreamView("a", "outlet", "authority", "10.0.0.9", 1000, None)
        inlet, lost = replace(outlet, source="b", camera="inlet"), replace(outlet, source="c")
        for view in (outlet, inlet, lost):
            store.keep(view)
        store.lose({"c": 2000})
        store.lose_earlier()
        assert [view.known_until_ms for view in store.between(0, 9000)] == [4000, 1000, 2000]
