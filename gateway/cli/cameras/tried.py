"""`gateway check --online`, of cameras: what each of them sends, and who answers at the relay's port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.cameras.options import rate, size
from gateway.cli.output import say
from gateway.cli.terms import called
from gateway.core.phrase import Phrase, verbatim

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
        say(Phrase("camera {name}: {words}", name=camera.name, words=words), err=found["error"] is not None)
    return found


def _of_recorder(found: dict[str, Any], recorded: CameraReport, quietly: bool) -> dict[str, Any]:
    """The recorder runs: what it says is the answer."""
    size, bits = f"{recorded.width}×{recorded.height}", rate(recorded.bit_rate)
    shape = Phrase("{codec} {size}, {rate}", codec=recorded.codec, size=size, rate=bits)
    said = (
        Phrase("the recorder has it: {shape}", shape=shape)
        if recorded.is_recording
        else Phrase(
            "the recorder says: {state}", state=Phrase("unknown") if recorded.state is None else called(recorded.state)
        )
    )
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
        say(Phrase("camera {name}: {said}", name=recorded.name, said=said), err=not recorded.is_recording)
    return found


def _words(trial: CameraTrial) -> str:
    shape = trial.shape
    words = verbatim(f"{shape.codec} {shape.width}×{shape.height}")
    if trial.pictures_per_s is not None:
        words += Phrase(", {pictures_per:g} pictures a second", pictures_per=trial.pictures_per_s)
    if trial.bit_rate is not None:
        words += Phrase(
            ", {rate} (90 days are {bytes})",
            rate=rate(trial.bit_rate),
            bytes=size(trial.bit_rate * _KEPT_S // 8),
        )
    words += Phrase(", sound {audio}", audio=(shape.audio or Phrase("none")))
    if trial.key_every_s is None:
        words += Phrase("; no second key frame came within 8 s: set the camera's I-frame interval to 1 or 2 s")
    elif trial.key_every_s > _KEYS_TOO_RARE_S:
        words += Phrase(
            "; a key frame every {key_every:g} s only: set the camera's I-frame interval to 1 or 2 s",
            key_every=trial.key_every_s,
        )
    else:
        words += Phrase(", a key frame every {key_every:g} s", key_every=trial.key_every_s)
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
        error = failure.words
    if not quietly:
        running = Phrase("answers") if port is RelayPort.ANSWERS else Phrase("is free, the relay does not run now")
        say(
            Phrase("relay: {said}", said=error or Phrase("{listen} {running}", listen=relay.listen, running=running)),
            err=error is not None,
        )
    return {"listen": str(relay.listen), "state": None if port is None else port.value, "error": error}
