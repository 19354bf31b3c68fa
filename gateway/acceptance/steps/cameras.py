"""Step: each camera is recorded and shows what it should; the relay answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.cameras.feed.relay_port import RelayPort, ask_relay_port
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.errors import CameraError
from gateway.core.instants import DAY_MS, milliseconds
from gateway.reports.camera_report import CameraReport, unknown_camera
from gateway.reports.cameras import read_cameras

RELAY = "relay"
"""The subject that is no camera."""


class CamerasStep(AcceptanceStep):
    name = StepName.CAMERAS
    needs_daemon = False

    def subjects(self) -> Sequence[str]:
        cameras = self.site.configuration.cameras
        if cameras is None:
            return ()
        names = [one.name for one in cameras.list]
        return (*names, *(() if cameras.relay is None else (RELAY,)))

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        cameras = self.site.configuration.cameras
        if cameras is None:
            return {}
        report = read_cameras(self.site.configuration, self.site.clock.now())
        known = {one.name: one for one in (() if report is None else report.cameras)}
        keep = SeenFact.of("video_kept", days=milliseconds(cameras.storage.keep) // DAY_MS)
        found = {one.name: self._camera(known.get(one.name) or unknown_camera(one.name), keep) for one in cameras.list}
        return found | ({} if cameras.relay is None else {RELAY: self._relay()})

    @staticmethod
    def _camera(one: CameraReport, keep: SeenFact) -> StepOutcome:
        state = "unknown" if one.state is None else one.state.value
        if not one.is_recording:
            return StepOutcome.not_yet(SeenFact.of("camera_state", state=state, detail=one.detail or ""))
        facts = [SeenFact.of("camera_recording", since_ms=one.since_ms), keep]
        facts += [SeenFact.of("camera_finding", finding=finding.kind.value) for finding in one.findings]
        return (StepOutcome.passed if one.is_healthy else StepOutcome.not_yet)(*facts)

    def _relay(self) -> StepOutcome:
        cameras = self.site.configuration.cameras
        if cameras is None or cameras.relay is None:
            raise AssertionError("asked for a relay where there is none")
        listen = str(cameras.relay.listen)
        try:
            port = ask_relay_port(cameras.relay.listen, is_encrypted=cameras.relay.certificate is not None)
        except CameraError as error:
            return StepOutcome.not_yet(SeenFact.of("relay_error", detail=str(error)))
        if port is RelayPort.FREE:
            return StepOutcome.not_yet(SeenFact.of("relay_silent", listen=listen))
        return StepOutcome.passed(SeenFact.of("relay_answers", listen=listen))
