"""A camera's stream since its newest key frame: what a viewer begins with."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.cameras.packet import StreamPacket, StreamShape

_MOST_KEPT = 8 * 1024 * 1024
"""Bytes of a camera's packets since its newest key frame. Of more, the next key frame is waited for."""


@dataclass(slots=True)
class StreamSinceKey:
    """Empty until a key frame comes."""

    shape: StreamShape
    packets: list[StreamPacket] = field(default_factory=list)
    bytes: int = 0

    def add(self, packet: StreamPacket) -> None:
        if packet.is_key:
            self.packets, self.bytes = [], 0
        if packet.is_key or self.packets:
            self.packets.append(packet)
            self.bytes += packet.packet.size
        if self.bytes > _MOST_KEPT:
            self.packets, self.bytes = [], 0
