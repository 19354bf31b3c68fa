"""`gateway check --online`, of cameras: what each of them sends, and who answers at the relay's port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.cameras.options import rate, size
from gateway.cli.output import say

if TYPE_CHECKING:
    from gateway.cameras.stream.trial import CameraTrial
    from gateway.config import CameraSettings, CamerasSettings, Configuration
    from gateway.core.interfaces import Clock
    from gateway.reports.camera_report import CameraReport

_KEPT_S = 90 * 86_400
_KEYS_TOO_RARE_S = 4.0


def try_cameras(configuration: Configuration, clock: Clock, quietly: bool) -> list[dict[str, Any]]:
    """Each once, unless the recorder has it: a camera may have one connection only, and then that is the recorder's."""
    from gateway.cli.cameras.run import require_extra
    from gateway.core.errors import GatewayError
    from gateway.reports.cameras import read_cameras

    cameras = configuration.cameras
    if cameras is None:
        return []
    report = read_cameras(configuration, clock.now())
    known = {one.name: one for one in report.cameras} if report is not None and report.is_running else {}
    extra = None
    try:
        require_extra()
    except GatewayError as error:
        extra = str(error)
    return [_try(camera, known.get(camera.name), extra, clock, quietly) for camera in cameras.list]


def _try(
    camera: CameraSettings, recorded: CameraReport | None, extra: str | None, clock: Clock, quietly: bool
) -> dict[str, Any]:
    from gateway.core.errors import CameraError

    found: dict[str, Any] = {"camera": camera.name, "error": extra, "by": "trial"}
    if recorded is not None and recorded.state is not None:
        return _of_recorder(found, recorded, quietly)
    words = extra or ""
    if extra is None:
        from gateway.cameras.stream.rtsp_source import RtspSource
        from gateway.cameras.stream.trial import try_camera

        try:
            trial = try_camera(RtspSource(camera, clock), clock)
        except CameraError as error:
            found["error"] = words = str(error)
        else:
            words = _words(trial)
            found |= {
                "codec": trial.shape.codec,
                "width": trial.shape.width,
                "height": trial.shape.height,
                "pictures_per_s": trial.pictures_per_s,
                "bit_rate": trial.bit_rate,
                "key_every_s": trial.key_every_s,
                "sound": trial.shape.audio,
            }
    if not quietly:
        say(f"camera {camera.name}: {words}", err=found["error"] is not None)
    return found


def _of_recorder(found: dict[str, Any], recorded: CameraReport, quietly: bool) -> dict[str, Any]:
    """The recorder runs: what it says is the answer."""
    shape = f"{recorded.codec} {recorded.width}×{recorded.height}, {rate(recorded.bit_rate)}"
    said = f"the recorder has it: {shape}" if recorded.is_recording else f"the recorder says: {recorded.state}"
    if not recorded.is_recording:
        said += f", {recorded.detail}" if recorded.detail else ""
        found["error"] = said
    found |= {
        "by": "recorder",
        "codec": recorded.codec,
        "width": recorded.width,
        "height": recorded.height,
        "bit_rate": recorded.bit_rate,
    }
    if not quietly:
        say(f"camera {recorded.name}: {said}", err=not recorded.is_recording)
    return found


def _words(trial: CameraTrial) -> str:
    shape = trial.shape
    words = f"{shape.codec} {shape.width}×{shape.height}"
    if trial.pictures_per_s is not None:
        words += f", {trial.pictures_per_s:g} pictures a second"
    if trial.bit_rate is not None:
        words += f", {rate(trial.bit_rate)} (90 days are {size(trial.bit_rate * _KEPT_S // 8)})"
    words += f", sound {shape.audio or 'none'}"
    if trial.key_every_s is None:
        words += "; no second key frame came within 8 s: set the camera's I-frame interval to 1 or 2 s"
    elif trial.key_every_s > _KEYS_TOO_RARE_S:
        words += f"; a key frame every {trial.key_every_s:g} s only: set the camera's I-frame interval to 1 or 2 s"
    else:
        words += f", a key frame every {trial.key_every_s:g} s"
    return words


def try_relay(cameras: CamerasSettings | None, quietly: bool) -> dict[str, Any] | None:
    """Its port: a relay answers there, or could. `None`: there is none."""
    from gateway.cameras.feed.relay_port import RelayPort, ask_relay_port
    from gateway.core.errors import CameraError

    if cameras is None or cameras.relay is None:
        return None
    relay, error, port = cameras.relay, None, None
    try:
        port = ask_relay_port(relay.listen, is_encrypted=relay.certificate is not None)
    except CameraError as failure:
        error = str(failure)
    if not quietly:
        running = "answers" if port is RelayPort.ANSWERS else "is free, the relay does not run now"
        say(f"relay: {error or f'{relay.listen} {running}'}", err=error is not None)
    return {"listen": str(relay.listen), "state": None if port is None else port.value, "error": error}
