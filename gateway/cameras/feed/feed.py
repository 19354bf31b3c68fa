"""Feeds the relay: whoever looks at a camera's stream is a guest of what is recorded, and can never touch the record.

Cameras' threads leave packets here and go on at once. A relay that reads slowly, or not at all, has its own bounded
queue; when nobody looks, nothing is copied but what a viewer would begin with.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import socket
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from gateway.cameras.feed.feed_messages import packet_message, read_view, settings_message, shape_message
from gateway.cameras.feed.feed_peer import FeedPeer
from gateway.cameras.feed.feed_socket import FeedUnavailable, listen_at, may_connect
from gateway.cameras.feed.relay_messages import RelayMessage, object_message
from gateway.cameras.feed.since_key import StreamSinceKey
from gateway.cameras.feed.view_notes import ViewNotes
from gateway.cameras.feed.views import ViewStore
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.config.cameras import RelaySettings
from gateway.core.errors import CameraGarbled, DestinationRejected
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase

_log = logging.getLogger(__name__)

_LOOK_S = 1.0
_AGAIN_S = 10.0
_SAID_EACH_S = 60.0
_MOST_PEERS = 4


class Feed:
    """A worker and a packet listener. Without a relay it costs a reference a packet."""

    name = "cameras.feed"
    patience_s = 30.0

    def __init__(self, settings: RelaySettings, cameras: Sequence[str], views: ViewStore, file: Path) -> None:
        self._settings = settings
        self._cameras = tuple(cameras)
        self._views = ViewNotes(views)
        self._file = file
        self._lock = threading.Lock()
        self._streams: dict[str, StreamSinceKey] = {}
        self._peers: dict[socket.socket, FeedPeer] = {}
        self._listening: socket.socket | None = None
        self._selector = selectors.DefaultSelector()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._is_well = True
        self._refused_s = float("-inf")
        self._looked_ms = 0
        """When the relays were last looked at."""

    # PacketListener, in the cameras' threads

    def packet(self, camera: str, shape: StreamShape, packet: StreamPacket) -> None:
        if not packet.is_video:
            return
        with self._lock:
            stream = self._streams.get(camera)
            if stream is None or stream.shape != shape:
                stream = self._streams[camera] = StreamSinceKey(shape)
                self._say_to_all(shape_message(camera, shape))
            stream.add(packet)
            is_wanted = self._send(camera, stream, packet)
        if is_wanted:
            self._ring()

    def ended(self, camera: str) -> None:
        with self._lock:
            if self._streams.pop(camera, None) is not None:
                self._say_to_all(
                    object_message(RelayMessage.ENDED, {"camera": camera, "reason": Phrase("not recorded now")})
                )
        self._ring()

    def _say_to_all(self, message: bytes) -> None:
        for peer in self._peers.values():
            peer.say(message)

    def _send(self, camera: str, stream: StreamSinceKey, packet: StreamPacket) -> bool:
        watching = [peer for peer in self._peers.values() if camera in peer.watched]
        encoded: list[bytes] = []

        def encode() -> bytes:
            if not encoded:
                encoded.append(packet_message(camera, stream.shape, packet))
            return encoded[0]

        taken = [peer.frame(camera, packet.is_key, encode) for peer in watching]
        return any(taken)

    # Worker

    def step(self, now: Instant) -> float:
        if self._listening is None and not self._open():
            return now.mono_s + _AGAIN_S
        again_s = now.mono_s
        for key, events in self._selector.select(_LOOK_S):
            if key.fileobj is self._listening:
                again_s = self._accept(self._listening, now)
            elif key.fd == self._bell:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._bell)
            elif events & selectors.EVENT_READ and isinstance(key.fileobj, socket.socket):
                self._hear(self._peers[key.fileobj])
        self._write()
        self._views.write_lost()
        self._looked_ms = now.wall_ms
        return again_s

    def interrupt(self) -> None:
        self._ring()

    def close(self) -> None:
        with self._lock:
            for channel in list(self._peers):
                self._drop(channel)
        if self._listening is not None:
            self._listening.close()
            with contextlib.suppress(OSError):
                self._file.unlink()
        self._selector.close()
        self._views.write_lost()

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_write(self._bell, 1)

    def _open(self) -> bool:
        try:
            self._listening = listen_at(self._file)
        except FeedUnavailable as error:
            if self._is_well:
                _log.error("the relay cannot be fed error=%r", str(error))
            self._is_well = False
            return False
        self._is_well = True
        self._selector.register(self._listening, selectors.EVENT_READ)
        return True

    def _accept(self, listening: socket.socket, now: Instant) -> float:
        """Returns when to look again: a process without descriptors cannot take what waits, and must not spin."""
        try:
            channel, _ = listening.accept()
        except OSError as error:
            _log.debug("nobody can be let in now error=%r", error.strerror)
            return now.mono_s + _AGAIN_S
        channel.setblocking(False)
        if not may_connect(channel) or len(self._peers) >= _MOST_PEERS:
            self._refuse(channel, Phrase("it is another user's, or one too many"), now)
            return now.mono_s
        try:
            settings = settings_message(self._settings, self._cameras)
        except (OSError, UnicodeDecodeError, DestinationRejected) as error:
            self._refuse(channel, Phrase("its settings cannot be read: {error}", error=error), now)
            return now.mono_s
        peer = FeedPeer(channel)
        with self._lock:
            peer.say(settings)
            for camera, stream in self._streams.items():
                peer.say(shape_message(camera, stream.shape))
            self._peers[channel] = peer
        self._selector.register(channel, selectors.EVENT_READ)
        _log.info("relay connected socket=%s", self._file)
        return now.mono_s

    def _refuse(self, channel: socket.socket, why: str, now: Instant) -> None:
        """Said once a minute: whoever is refused comes again at once."""
        channel.close()
        if now.mono_s - self._refused_s >= _SAID_EACH_S:
            _log.error("a connection to the relay's socket was refused error=%r", why)
            self._refused_s = now.mono_s

    def _hear(self, peer: FeedPeer) -> None:
        try:
            heard = peer.read()
        except CameraGarbled as fault:
            _log.warning("the relay is not understood error=%r", str(fault))
            heard = None
        if heard is None:
            with self._lock:
                self._drop(peer.channel)
            return
        for kind, said in heard:
            if kind == RelayMessage.WATCH:
                self._watch(peer, str(said.get("camera")), is_watched=said.get("watched") is True)
            elif kind == RelayMessage.VIEW:
                self._keep(peer, said)

    def _watch(self, peer: FeedPeer, camera: str, *, is_watched: bool) -> None:
        with self._lock:
            if not is_watched:
                peer.unwatch(camera)
                return
            if camera not in self._cameras:
                return
            peer.watch(camera)
            stream = self._streams.get(camera)
            if stream is not None:
                for packet in stream.packets:
                    peer.frame(camera, packet.is_key, partial(packet_message, camera, stream.shape, packet))

    def _keep(self, peer: FeedPeer, said: dict[str, Any]) -> None:
        view = read_view(said)
        if view is None:
            return
        if not self._views.keep(view):
            return
        if view.ended_ms is None:
            peer.lasting_views.add(view.source)
        else:
            peer.lasting_views.discard(view.source)
        kept = {"source": view.source, "ended": view.ended_ms is not None}
        with self._lock:
            peer.say(object_message(RelayMessage.KEPT, kept))

    def _write(self) -> None:
        with self._lock:
            for channel, peer in list(self._peers.items()):
                if (peer.has_waiting and not peer.write()) or peer.is_deaf:
                    self._drop(channel)
                    continue
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.has_waiting else 0)
                if self._selector.get_key(channel).events != wanted:
                    self._selector.modify(channel, wanted)

    def _drop(self, channel: socket.socket) -> None:
        peer = self._peers.pop(channel, None)
        if peer is None:
            return
        self._views.lose(peer.lasting_views, self._looked_ms)
        self._selector.unregister(channel)
        channel.close()
        _log.info("relay disconnected")
