"""Whoever looks on while a camera is recorded, called so that he cannot harm the record."""

from __future__ import annotations

import logging

from gateway.cameras.packet import CameraStream, PacketListener, StreamPacket
from gateway.core.interfaces import Instant

_log = logging.getLogger(__name__)

LISTENER_PAUSE_S = 60.0


class GuardedListener:
    """One that fails in a way that nobody foresaw ends the step, which the supervisor tells of;
    after that it is left alone for a while."""

    def __init__(self, listener: PacketListener) -> None:
        self._listener = listener
        self._is_under_way = False
        self._not_before_s = float("-inf")

    def tell(self, camera: str, stream: CameraStream, packet: StreamPacket) -> None:
        now_s = packet.arrived.mono_s
        if self._may_be_called(camera, now_s):
            self._is_under_way = True
            self._listener.packet(camera, stream.shape, packet)
            self._is_under_way = False

    def end(self, camera: str, now: Instant) -> None:
        if self._may_be_called(camera, now.mono_s):
            self._is_under_way = True
            self._listener.ended(camera)
            self._is_under_way = False

    def _may_be_called(self, camera: str, now_s: float) -> bool:
        if self._is_under_way:  # it never came back from its last call
            self._is_under_way = False
            self._not_before_s = now_s + LISTENER_PAUSE_S
            name = type(self._listener).__name__
            _log.error(
                "who looks on failed, and is left alone camera=%s who=%s for_s=%.0f", camera, name, LISTENER_PAUSE_S
            )
        return now_s >= self._not_before_s
