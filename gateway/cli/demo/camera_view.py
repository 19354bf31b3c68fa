"""The demo's camera as it is shown: how it stands with it, where its newest picture lies, what the authority opens."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rich.text import Text

from gateway.cli.coloured import coloured
from gateway.cli.demo.picture import ShownCamera
from gateway.cli.speech import said
from gateway.cli.terms import called
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cli.demo.camera import DemoCamera
    from gateway.config import Configuration
    from gateway.core.interfaces import Clock
    from gateway.reports.camera_report import CameraReport
    from gateway.reports.cameras import CamerasReport

PICTURE_EVERY_S = 10.0


class CameraView:
    """Its newest picture is taken out of what was recorded, as `gateway cameras snapshot` does."""

    def __init__(self, camera: DemoCamera, configuration: Configuration, clock: Clock) -> None:
        self._camera = camera
        self._configuration = configuration
        self._clock = clock
        self._taken_s: float | None = None
        self.report: CameraReport | None = None

    def refresh(self) -> None:
        """Look how it stands, and write the newest picture now and then."""
        now = self._clock.now()
        self.report = self._read()
        if self.report is None or self.report.newest_ms is None:
            return
        if self._taken_s is None or now.mono_s - self._taken_s >= PICTURE_EVERY_S:
            self._taken_s = now.mono_s if self._take() else None

    def shown(self) -> ShownCamera:
        """For a terminal; files by their names in the demo's folder, which is told at its begin and end."""
        from gateway.cli.cameras.status import camera_state

        report = self.report
        word = coloured(Phrase("is starting"), "dim") if report is None else camera_state(report, is_running=True)
        newest = (said(Phrase("none yet")), "dim") if self._taken_s is None else (self._camera.picture.name, "bold")
        return ShownCamera(
            Text.assemble(f"camera {self._camera.name} ", word, said(Phrase("  picture ")), newest),
            Text.assemble(
                said(Phrase("stream ")),
                (self._camera.stream, "bold"),
                said(Phrase("  password in {file}", file=self._camera.secret.name)),
            ),
        )

    def line(self) -> str:
        """How it stands, without a terminal."""
        report = self.report
        if report is None:
            return Phrase("{camera}: is starting", camera=self._camera.name)
        newest = Phrase("none yet") if self._taken_s is None else self._camera.picture
        return Phrase(
            "{camera}: {state}, {megabytes:.1f} MB; newest picture {newest}",
            camera=self._camera.name,
            state=Phrase("unknown") if report.state is None else called(report.state),
            megabytes=report.bytes / 1e6,
            newest=newest,
        )

    def is_perfect(self) -> bool:
        """Whether something was recorded, and its newest picture could be shown."""
        return self.report is not None and self.report.bytes > 0 and self._taken_s is not None

    def _read(self) -> CameraReport | None:
        from gateway.reports.cameras import read_cameras

        try:
            found: CamerasReport | None = read_cameras(self._configuration, self._clock.now())
        except GatewayError:
            return None  # it is starting
        named = [] if found is None else [one for one in found.cameras if one.name == self._camera.name]
        return named[0] if named else None

    def _take(self) -> bool:
        from gateway.cameras.catalog.segments import SegmentStore
        from gateway.cameras.watching.snapshot import snapshot
        from gateway.cli.storage import open_cameras_storage
        from gateway.reports.atomic_output import atomic_file

        if self._configuration.cameras is None:
            return False
        folder = self._configuration.cameras.storage.path
        try:
            with closing(open_cameras_storage(self._configuration)) as database:
                segment = SegmentStore(database).newest(self._camera.name)
            if segment is None:
                return False
            with atomic_file(self._camera.picture, overwrite=True) as beside:
                beside.write_bytes(snapshot(folder, segment, None, ".jpg").content)
        except GatewayError:
            return False  # nothing whole is there yet
        return True
