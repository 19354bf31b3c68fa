"""How it stands with the cameras, written down for `gateway status` every ten seconds, and at once when a recorder says
that it stands otherwise; and an event for each one that is not recorded for longer than a connection takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.phrase import Phrase
from gateway.core.video import CameraEventKind, CameraState, RecordingState

REPORT_EVERY_S = 10.0
TOLD_AFTER_S = 60.0
"""A camera that starts again is not worth an event."""


class RecordedCamera(Protocol):
    """Whose state is told."""

    camera: str

    def state(self, now: Instant) -> CameraState: ...


class StateReport:
    """A worker. See `gateway.core.interfaces.Worker`."""

    name = "camera states"
    patience_s = 60.0

    def __init__(
        self,
        cameras: Sequence[RecordedCamera],
        states: CameraStateStore,
        events: CameraEventStore,
        trust: ClockTrust,
    ) -> None:
        self._cameras = cameras
        self._states = states
        self._events = events
        self._trust = trust
        self._silent_since_s: dict[str, float] = {}
        self._told: set[str] = {one.camera for one in events.lasting() if one.kind is CameraEventKind.NOT_RECORDING}
        """Of which an event lasts."""

    def step(self, now: Instant) -> float:
        stamped_ms = self._trust.stamp_ms(now.mono_s)
        now_ms = now.wall_ms if stamped_ms is None else stamped_ms
        states = [camera.state(now) for camera in self._cameras]
        self._states.report(states, now_ms)
        for state in states:
            self._tell(state, now, now_ms)
        for gone in self._told - {state.name for state in states}:
            self._events.end(gone, CameraEventKind.NOT_RECORDING, now_ms)
        self._told &= {state.name for state in states}
        return now.mono_s + REPORT_EVERY_S

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        """Holds nothing."""

    def _tell(self, state: CameraState, now: Instant, now_ms: int) -> None:
        if state.state is RecordingState.RECORDING:
            self._silent_since_s.pop(state.name, None)
            if state.name in self._told:
                self._events.end(state.name, CameraEventKind.NOT_RECORDING, now_ms)
                self._told.discard(state.name)
            return
        since_s = self._silent_since_s.setdefault(state.name, now.mono_s)
        if state.name in self._told:
            self._events.goes_on(state.name, CameraEventKind.NOT_RECORDING, now_ms)
        elif now.mono_s - since_s >= TOLD_AFTER_S:
            detail = state.detail or Phrase("no frame has come yet")
            self._events.begin(state.name, CameraEventKind.NOT_RECORDING, detail, min(state.since_ms, now_ms))
            self._told.add(state.name)
