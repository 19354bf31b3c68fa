"""GStreamer in the versions that the child needs: the one room that says which. Debian's Python only."""

import gi

for _name in ("Gst", "GstRtsp", "GstRtspServer"):
    gi.require_version(_name, "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402  # once their versions are said

__all__ = ["GLib", "Gst", "GstRtsp", "GstRtspServer"]
