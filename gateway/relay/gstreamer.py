"""GStreamer, as its bindings give it: without types, and found here alone."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio as _gio  # noqa: E402  # only after the versions were asked for
from gi.repository import GLib as _glib  # noqa: E402
from gi.repository import Gst as _gst  # noqa: E402
from gi.repository import GstRtsp as _rtsp  # noqa: E402
from gi.repository import GstRtspServer as _server  # noqa: E402

Gio: Any = _gio
GLib: Any = _glib
Gst: Any = _gst
GstRtsp: Any = _rtsp
GstRtspServer: Any = _server

Gst.init(None)
for _element in ("appsrc", "h264parse", "h265parse", "rtph264pay", "rtph265pay"):
    if Gst.ElementFactory.find(_element) is None:
        raise ImportError(f"no element {_element}")


def mono_s() -> float:
    """Seconds that nobody can set."""
    seconds: float = GLib.get_monotonic_time() / 1e6
    return seconds


def wall_ms() -> int:
    """UTC, milliseconds since 1970. May jump either way."""
    milliseconds: int = GLib.get_real_time() // 1000
    return milliseconds
