"""Looks at one key frame of each camera now and then, and tells what is wrong with the picture.

The recording comes first: its thread leaves the newest key frame here and goes on, and whatever happens to be in it is
decoded in this worker's thread. A picture that takes long is looked at less often.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.cameras.pictures.event_pictures import keep_picture
from gateway.cameras.pictures.key_frame import LARGEST_BYTES, KeyFrame, Picture, decode
from gateway.cameras.pictures.picture_check import FaultChange, PictureCheck
from gateway.cameras.pictures.picture_measures import to_jpeg
from gateway.cameras.pictures.usual_pictures import UsualPictureStore
from gateway.config.cameras import CameraSettings, HealthSettings
from gateway.core.errors import CameraError, CameraGarbled
from gateway.core.interfaces import Clock, ClockTrust, Instant
from gateway.core.phrase import Phrase
from gateway.core.picture_rules import FINDINGS, PictureLimits
from gateway.core.video import CameraEventKind
from gateway.db import Database

_log = logging.getLogger(__name__)

_SHARE = 0.03
"""Of a processor, for one camera, at the most: a picture whose looking takes 1 s is looked at every 33 s."""
_GOES_ON_EVERY_S = 600.0
_IDLE_S = 60.0


@dataclass(slots=True)
class _Watched:
    check: PictureCheck
    every_s: float
    due_s: float = 0.0
    told_slow: bool = False
    went_on_s: float = 0.0


class PictureWatch:
    """One for the process. A worker, and a `PacketListener` of each camera."""

    name = "picture-watch"
    patience_s = 3600.0
    """A decoder that hangs costs the findings, not the record: only after an hour is the recorder started again."""

    def __init__(
        self,
        cameras: Sequence[CameraSettings],
        database: Database,
        disk: VideoDisk,
        clock: Clock,
        trust: ClockTrust,
    ) -> None:
        self._disk = disk
        self._clock = clock
        self._trust = trust
        self._events = CameraEventStore(database)
        self._newest: dict[str, KeyFrame] = {}
        """Left here by the cameras' threads. Single accesses to it are whole, so that nobody waits for a lock."""
        usual, lasting = UsualPictureStore(database), self._lasting()
        self._watched = {
            one.name: _Watched(
                PictureCheck(
                    one.name,
                    limits_of(one.health),
                    one.health.checks,
                    usual,
                    frozenset(kind for camera, kind in lasting if camera == one.name),
                ),
                one.health.every.total_seconds(),
            )
            for one in cameras
            if one.health.watch
        }

    def packet(self, camera: str, shape: StreamShape, packet: StreamPacket) -> None:
        """In the camera's thread: see `gateway.cameras.packet.PacketListener`."""
        if not packet.is_key or not packet.is_video or camera not in self._watched:
            return
        if packet.packet.size <= LARGEST_BYTES:
            self._newest[camera] = KeyFrame(bytes(packet.packet), shape.codec, shape.extradata, packet.arrived)

    def ended(self, camera: str) -> None:
        """What came before is still worth a look."""

    def step(self, now: Instant) -> float:
        for camera, watched in self._watched.items():
            if watched.due_s > now.mono_s:
                continue
            watched.due_s = now.mono_s + watched.every_s
            key_frame = self._newest.pop(camera, None)
            if key_frame is not None:
                self._look(watched, key_frame)
        return min((watched.due_s for watched in self._watched.values()), default=now.mono_s + _IDLE_S)

    def interrupt(self) -> None:
        """Nothing outside is waited for."""

    def close(self) -> None:
        """Nothing is held."""

    def _look(self, watched: _Watched, key_frame: KeyFrame) -> None:
        began = self._clock.now()
        stamped_ms = self._trust.stamp_ms(key_frame.arrived.mono_s)
        at_ms = key_frame.arrived.wall_ms if stamped_ms is None else stamped_ms
        picture: Picture | None = None
        try:
            picture = decode(key_frame)
            changes = watched.check.look(picture.grey(), at_ms, began)
        except CameraGarbled as error:
            changes = watched.check.look_in_vain(at_ms, str(error))
        self._bound(watched, self._clock.now().mono_s - began.mono_s, began)
        for change in changes:
            self._tell(watched.check, change, picture, at_ms, is_stamped=stamped_ms is not None)
        if changes:
            watched.went_on_s = began.mono_s
        self._go_on(watched, at_ms, began)

    def _tell(
        self, check: PictureCheck, change: FaultChange, picture: Picture | None, at_ms: int, *, is_stamped: bool
    ) -> None:
        camera, kind = check.camera, change.kind
        if change.begins:
            detail = (
                change.detail
                if is_stamped
                else Phrase("{detail} (nobody vouched for the clock then)", detail=change.detail)
            )
            # The event first: while the database takes none, each try would leave one more picture.
            self._events.begin(camera, kind, detail, change.at_ms)
            file = None if picture is None else self._keep(camera, kind, at_ms, picture)
            if file is not None:
                self._events.begin(camera, kind, detail, change.at_ms, file)
            _log.warning("picture is faulty camera=%s finding=%s detail=%r", camera, kind.value, detail)
        else:
            self._events.end(camera, kind, change.at_ms)
            _log.info("picture is well again camera=%s finding=%s", camera, kind.value)
        check.settle(change)

    def _keep(self, camera: str, kind: CameraEventKind, at_ms: int, picture: Picture) -> str | None:
        """The frame's file, relative to the video folder; `None`: it could not be kept, which is no reason not to tell
        of the fault."""
        try:
            return keep_picture(self._disk.check(), camera, kind, at_ms, to_jpeg(picture.colour()))
        except CameraError as error:
            _log.warning("event has no picture camera=%s finding=%s error=%r", camera, kind.value, str(error))
            return None

    def _go_on(self, watched: _Watched, at_ms: int, now: Instant) -> None:
        """Each check would be a write to the card for every fault that lasts: every ten minutes will do."""
        lasting = watched.check.lasting
        if not lasting or now.mono_s - watched.went_on_s < _GOES_ON_EVERY_S:
            return
        watched.went_on_s = now.mono_s
        for kind in lasting:
            self._events.goes_on(watched.check.camera, kind, at_ms)

    def _bound(self, watched: _Watched, took_s: float, began: Instant) -> None:
        rest_s = took_s / _SHARE
        if rest_s <= watched.every_s:
            return
        watched.due_s = began.mono_s + rest_s
        if not watched.told_slow:
            watched.told_slow = True
            _log.warning(
                "looking at a picture takes long, it is done less often camera=%s took_s=%.2f again_in_s=%.0f",
                watched.check.camera,
                took_s,
                rest_s,
            )

    def _lasting(self) -> list[tuple[str, CameraEventKind]]:
        return [(one.camera, one.kind) for one in self._events.lasting() if one.kind in FINDINGS]


def limits_of(health: HealthSettings) -> PictureLimits:
    return PictureLimits(
        black=health.black,
        overexposed=health.overexposed,
        covered=health.covered,
        blurred=health.blurred,
        moved=health.moved,
        frozen=health.frozen,
    )
