"""Packets that leave for a viewer, as the last pad before the network sees them: some of them get lost there.

Runs in the child, under Debian's Python.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from stationsim.cameras.gstreamer import Gst

DESCRIBING = 0
"""Time stamp of what is pushed only so that a stream can be described: it never leaves."""


class Wire:
    """`share()`: of the packets, how many get lost now. `lost(pts)`: one of what bears this stamp did."""

    def __init__(self, share: Callable[[], float], lost: Callable[[int], None], seed: str) -> None:
        self._share, self._lost = share, lost
        self._random = random.Random(seed)

    def watch(self, stream: Any) -> None:
        """Raises LookupError if the stream goes another way in this release of GStreamer."""
        entry = stream.get_srcpad().get_peer()
        session = entry.get_parent_element()
        leaving = session.get_static_pad(entry.get_name().replace("sink", "src"))
        if leaving is None:
            raise LookupError(f"{session.get_name()} has no pad to {entry.get_name()}")
        # A probe that does not block is asked once the server's own, which does, lets go: when somebody plays.
        leaving.add_probe(Gst.PadProbeType.BUFFER, self._leave_alone)
        leaving.add_probe(Gst.PadProbeType.BUFFER_LIST, self._leave_together)

    def _leave_alone(self, _: Any, told: Any) -> Any:
        packet = told.get_buffer()
        if packet.pts == DESCRIBING:
            return Gst.PadProbeReturn.DROP
        if not self._is_lost():
            return Gst.PadProbeReturn.OK
        self._lost(packet.pts)
        return Gst.PadProbeReturn.DROP

    def _leave_together(self, pad: Any, told: Any) -> Any:
        packets = told.get_buffer_list()
        at_ns = packets.get(0).pts
        if at_ns == DESCRIBING:
            return Gst.PadProbeReturn.DROP
        lost = {n for n in range(packets.length()) if self._is_lost()} if self._share() else set()
        if not lost:
            return Gst.PadProbeReturn.OK
        self._lost(at_ns)
        for n in range(packets.length()):
            if n not in lost:
                pad.get_peer().chain(packets.get(n))
        return Gst.PadProbeReturn.DROP

    def _is_lost(self) -> bool:
        share = self._share()
        return share > 0 and self._random.random() < share
