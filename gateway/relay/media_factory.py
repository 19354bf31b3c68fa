"""One camera's path: who may look at it, and how."""

from __future__ import annotations

from typing import Any

from .gstreamer import GstRtsp, GstRtspServer
from .login import ROLE
from .stream import RelayedStream
from .viewer_media import make_pipeline


class MediaFactory(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]  # gi has no types
    """Makes a pipeline for each who asks for the camera's stream."""

    def __init__(self, stream: RelayedStream) -> None:
        super().__init__()
        self._stream = stream
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role(ROLE, "media.factory.access", True)
        permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
        self.set_permissions(permissions)
        self.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
        self.set_shared(False)
        self.connect("media-configure", lambda _, media: stream.add(media))

    def do_create_element(self, url: Any) -> Any:
        codec = self._stream.codec
        return None if codec is None else make_pipeline(codec)
