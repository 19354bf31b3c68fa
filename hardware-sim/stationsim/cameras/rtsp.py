"""The camera's RTSP server: GStreamer's, one stream, with a camera's manners: who may look, how many, where.

Runs in the child, under Debian's Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from stationsim.cameras.gstreamer import GLib, Gst, GstRtsp, GstRtspServer
from stationsim.cameras.sound import Sound

HOST = "127.0.0.1"
_CAPS = "video/x-{codec},stream-format=byte-stream,alignment=au"
_VIDEO = "appsrc name=video format=time is-live=true ! rtp{codec}pay name=pay0 pt=96 config-interval=-1"
_SOUND = "appsrc name=sound format=time is-live=true ! {payloader}"
_ROLE = "viewer"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may look. `user` empty: everybody. `method`: `digest` or `basic`."""

    user: str
    password: str
    method: str


class Viewing(Protocol):
    """One viewer's pipeline, from its making."""

    def open(self, source: Any, sound: Any) -> None:
        """Where pictures and sound go in; `sound` may be `None`. One picture is needed at once."""

    def prepared(self, streams: Sequence[Any]) -> None:
        """It could be described: picture and sound are ready to leave."""

    def play(self) -> None:
        """He looks now."""

    def close(self) -> None:
        """He is gone."""


class RtspServer:
    """Each viewer has a pipeline of his own, as in a camera that encodes for each.

    `most`: so many viewers at once; `None`: as many as come. Calls come from threads of GStreamer's.
    """

    def __init__(
        self, codec: str, sound: Sound | None, path: str, view: Callable[[], Viewing], counted: Callable[[int], None]
    ) -> None:
        self.most: int | None = None
        self._codec, self._sound, self._view, self._counted = codec, sound, view, counted
        self._clients: set[Any] = set()
        self._viewers: set[Any] = set()
        self._listening: int | None = None
        self._path = path
        self._server = GstRtspServer.RTSPServer()
        self._server.set_address(HOST)
        self._server.connect("client-connected", self._connected)
        self._factory = GstRtspServer.RTSPMediaFactory()
        heard = "" if sound is None else _SOUND.format(payloader=sound.payloader)
        self._factory.set_launch(f"( {_VIDEO.format(codec=codec)} {heard} )")
        self._factory.set_shared(False)
        self._factory.add_role_from_structure(_viewer_role())
        self._factory.connect("media-configure", self._configured)
        self._server.get_mount_points().add_factory(path, self._factory)

    def listen(self, port: int) -> int:
        """On this port, or on one that the system picks; returns it. Raises OSError."""
        self._server.set_service(str(port))
        source = self._server.attach(None)
        if not source:
            raise OSError(f"port {port} of {HOST} cannot be had")
        self._listening = source
        return int(self._server.get_bound_port())

    def refuse(self) -> None:
        """Nobody listens any more, and nobody is connected."""
        if self._listening is not None:
            GLib.source_remove(self._listening)
            self._listening = None
        self.cut()

    def cut(self) -> None:
        """End every connection."""
        for client in list(self._clients):
            client.close()

    def admit(self, access: Access) -> None:
        """From the next question on only this user with this password."""
        if not access.user:
            return
        auth = GstRtspServer.RTSPAuth()
        auth.set_realm("IPCamera")
        token = GstRtspServer.RTSPToken()
        token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, _ROLE)
        if access.method == "basic":
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(access.user, access.password), token)
        else:
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
            auth.add_digest(access.user, access.password, token)
        self._server.set_auth(auth)

    def move(self, path: str) -> None:
        """The stream has another path."""
        if path != self._path:
            mounts = self._server.get_mount_points()
            mounts.remove_factory(self._path)
            mounts.add_factory(path, self._factory)
            self._path = path

    def _connected(self, _: Any, client: Any) -> None:
        self._clients.add(client)
        client.connect("closed", self._gone)
        client.connect("pre-setup-request", self._setting_up)
        client.connect("play-request", self._playing)

    def _setting_up(self, client: Any, _: Any) -> Any:
        if self.most is not None and client not in self._viewers and len(self._viewers) >= self.most:
            return GstRtsp.RTSPStatusCode.NOT_ENOUGH_BANDWIDTH
        return GstRtsp.RTSPStatusCode.OK

    def _playing(self, client: Any, asked: Any) -> None:
        # Frames leave when they are pushed, whatever is stamped on them. Only now, for PLAY itself sets it anew.
        asked.sessmedia.get_media().set_rate_control(False)
        self._viewers.add(client)
        self._counted(len(self._viewers))

    def _gone(self, client: Any) -> None:
        self._clients.discard(client)
        if client in self._viewers:
            self._viewers.discard(client)
            self._counted(len(self._viewers))

    def _configured(self, _: Any, media: Any) -> None:
        element = media.get_element()
        video, sound = element.get_by_name("video"), element.get_by_name("sound")
        video.set_property("caps", Gst.Caps.from_string(_CAPS.format(codec=self._codec)))
        if self._sound is not None:
            sound.set_property("caps", Gst.Caps.from_string(self._sound.caps))
        viewing = self._view()
        media.connect("prepared", lambda it: viewing.prepared([it.get_stream(n) for n in range(it.n_streams())]))
        media.connect("new-state", lambda _, state: viewing.play() if state == int(Gst.State.PLAYING) else None)
        media.connect("unprepared", lambda _: viewing.close())
        viewing.open(video, sound)


def _viewer_role() -> Any:
    role = Gst.Structure.new_empty(_ROLE)
    for right in (GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT):
        role.set_value(right, True)
    return role
