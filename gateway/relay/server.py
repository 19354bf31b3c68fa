"""The RTSP server: one path a camera, digest, over TCP alone, for so many viewers and no more."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from .complaints import Complaints
from .gstreamer import GstRtsp, GstRtspServer, mono_s
from .journal import value
from .login import make_login
from .media_factory import MediaFactory
from .settings import ServerSettings
from .stream import RelayedStream
from .view_journal import ViewJournal
from .viewer_connection import ViewerConnection

_log = logging.getLogger(__name__)

_IDLE_S = 30.0
"""A connection that has not begun to look by then is closed."""
_MORE_CONNECTIONS = 8
"""That may stand beside those of viewers; one more, and the oldest of them is closed."""
_STALE_S = 90.0
"""A camera may restart, and the recorder, while somebody looks: after that the viewer is to see that nothing comes."""
_STUCK_S = 30.0
"""GStreamer gives up a viewer that does not read for some ten seconds, without closing its connection, and never times
out what goes over TCP. Half dead ones would keep others out."""
_LONGEST_BODY = 64 * 1024
"""Of a request, in bytes: without a bound memory is set aside for whatever somebody says is coming."""

_OK = GstRtsp.RTSPStatusCode.OK
_UNAVAILABLE = GstRtsp.RTSPStatusCode.SERVICE_UNAVAILABLE


class CannotListen(Exception):
    """The address is taken, or is not ours."""


class StreamServer:
    """Signals come from viewers' threads, one each; a lock keeps the books right."""

    def __init__(self, settings: ServerSettings, streams: Mapping[str, RelayedStream], journal: ViewJournal) -> None:
        self._settings = settings
        self._streams = streams
        self._journal = journal
        self._lock = threading.RLock()
        self._clients: dict[Any, ViewerConnection] = {}
        self._complaints = Complaints()
        self._mounts: dict[str, MediaFactory] = {}
        self._server: Any = GstRtspServer.RTSPServer()
        self._server.set_address(settings.host)
        self._server.set_service(str(settings.port))
        self._server.set_backlog(128)  # of five, as it is by default, half are kept waiting for a second
        self._server.set_content_length_limit(_LONGEST_BODY)
        self._server.set_auth(make_login(settings, self._wrong_login))
        pool = GstRtspServer.RTSPThreadPool()
        pool.set_max_threads(-1)  # one each: none waits for what another one's camera does
        self._server.set_thread_pool(pool)
        self._server.connect("client-connected", self._connected)

    def listen(self, context: Any = None) -> None:
        """
        Raises:
            CannotListen: somebody else does, or the address is not ours.
        """
        if self._server.attach(context) == 0:
            where = f"{self._settings.host} port {self._settings.port}"
            raise CannotListen(f"cannot listen on {where}: another program does, or no interface has this address")

    @property
    def port(self) -> int:
        port: int = self._server.get_bound_port()
        return port

    def viewers(self) -> int:
        with self._lock:
            return sum(bool(client.cameras) for client in self._clients.values())

    def offer(self, cameras: Iterable[str]) -> None:
        """These are there, and no others."""
        mounts = self._server.get_mount_points()
        wanted = set(cameras)
        for camera in self._mounts.keys() - wanted:
            del self._mounts[camera]
            mounts.remove_factory(f"/{camera}")
            self.dismiss(camera, "it is not recorded any more")
        for camera in wanted - self._mounts.keys():
            factory = self._mounts[camera] = MediaFactory(self._streams[camera])
            mounts.add_factory(f"/{camera}", factory)

    def dismiss(self, camera: str, why: str) -> None:
        """Close the connections over which it is looked at: whoever wants to go on must ask anew."""
        with self._lock:
            found = [client for client in self._clients.values() if camera in client.cameras]
        for client in found:
            _log.info("viewer dismissed camera=%s from=%s why=%s", camera, client.address, value(why))
            client.close()

    def tidy_up(self) -> None:
        """To be called every few seconds: what has timed out is closed."""
        self._server.get_session_pool().cleanup()
        now_s = mono_s()
        live = {camera for camera, stream in self._streams.items() if stream.codec is not None}
        with self._lock:
            clients = list(self._clients.values())
            idle = [client for client in clients if not client.cameras and now_s - client.since_s > _IDLE_S]
            stuck = [client for client in clients if client.is_stuck(live, _STUCK_S)]
        for client in stuck:
            _log.info("viewer dismissed from=%s why=%s", client.address, value(f"took nothing for {_STUCK_S:.0f} s"))
        for client in idle + stuck:
            client.close()
        for camera, stream in self._streams.items():
            if stream.silent_for_s() > _STALE_S:
                self.dismiss(camera, f"no picture for {_STALE_S:.0f} s")

    def _connected(self, _: Any, gst: Any) -> None:
        client = ViewerConnection(gst)
        with self._lock:
            self._clients[gst] = client
            idle = [one for one in self._clients.values() if not one.cameras]
        client.when("closed", self._closed)
        if len(idle) > _MORE_CONNECTIONS:  # the oldest: whoever knows the password needs no second to say so
            self._complain(idle[0], "too many connections")
            idle[0].close()
        client.when("pre-describe-request", lambda _, asked: self._may_look(client, asked))
        client.when("pre-setup-request", lambda _, asked: self._may_set_up(client, asked))
        client.when("play-request", lambda _, asked: self._begin(client, asked))
        client.when("teardown-request", lambda _, asked: self._end(client, asked))
        client.when("new-session", self._new_session)

    def _may_look(self, client: ViewerConnection, asked: Any) -> Any:
        camera = _camera(asked)
        stream = self._streams.get(camera)
        if stream is None:
            return _OK  # GStreamer finds nothing there and says so
        if stream.codec is None:
            self._complain(client, f"camera {camera} is not recorded now")
            return _UNAVAILABLE
        return _OK if client.cameras or self._has_room(client) else _UNAVAILABLE

    def _may_set_up(self, client: ViewerConnection, asked: Any) -> Any:
        camera = _camera(asked)
        if camera not in self._streams:
            return _OK
        with self._lock:
            if not client.cameras and not self._has_room(client):
                return _UNAVAILABLE
            client.cameras.add(camera)
        return _OK

    def _has_room(self, client: ViewerConnection) -> bool:
        if self.viewers() < self._settings.viewers:
            return True
        self._complain(client, f"{self._settings.viewers} viewers already")
        return False

    def _begin(self, client: ViewerConnection, asked: Any) -> None:
        # PLAY itself has set it anew. Frames go out as they come: nobody waits for a time that a camera made up.
        asked.sessmedia.get_media().set_rate_control(False)
        camera = _camera(asked)
        with self._lock:
            if camera in self._streams and camera not in client.views:
                client.views[camera] = self._journal.begin(camera, self._settings.user, client.address)

    def _end(self, client: ViewerConnection, asked: Any) -> None:
        camera = _camera(asked)
        with self._lock:
            client.cameras.discard(camera)
            source = client.views.pop(camera, None)
            client.since_s = mono_s()
        if source is not None:
            self._journal.end(source)

    def _closed(self, gst: Any) -> None:
        with self._lock:
            client = self._clients.pop(gst, None)
        if client is not None:
            for source in client.views.values():
                self._journal.end(source)
            client.forget()

    @staticmethod
    def _new_session(_: Any, session: Any) -> None:
        session.set_timeout(60)

    def _wrong_login(self, gst: Any) -> None:
        with self._lock:
            client = self._clients.get(gst)
        if client is not None:
            self._complain(client, "wrong user or password")

    def _complain(self, client: ViewerConnection, why: str) -> None:
        with self._lock:
            if not self._complaints.is_new(client.address, why, mono_s()):
                return
        _log.warning("viewer refused from=%s why=%s", client.address, value(why))


def _camera(asked: Any) -> str:
    """Which camera's path was asked for; a stream's own path, below it, counts."""
    path: str = asked.uri.abspath if asked.uri is not None else ""
    return path.strip("/").split("/", 1)[0]
