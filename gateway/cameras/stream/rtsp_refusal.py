"""A connection to a camera that did not come about: why not, in words that say where to look."""

from __future__ import annotations

import contextlib

import av

from gateway.cameras.stream.rtsp_challenge import unknown_login
from gateway.cameras.stream.rtsp_question import NoRtspError, RtspAnswer, RtspQuestion
from gateway.config.cameras import CameraSettings, Transport
from gateway.config.url_parts import host_in_url
from gateway.core.errors import CameraError, CameraGarbled, CameraRefused, CameraSilent


def why_not(error: av.error.FFmpegError, settings: CameraSettings, question: RtspQuestion) -> CameraError:
    """What FFmpeg's error means. Where it does not tell, the camera is asked; no connection to it may be open.

    Never has the error's own text, in which the URL with the password stands.
    """
    where = f"{host_in_url(settings.url.host)}:{settings.url.port}"
    match error:
        case av.error.ConnectionRefusedError():
            return CameraSilent(f"nobody listens at {where}: the camera starts, or its RTSP is switched off")
        case av.error.HTTPUnauthorizedError():
            return _unauthorized(question, where, settings)
        case av.error.HTTPForbiddenError():
            return _refused(403, "", where, settings)
        case av.error.HTTPNotFoundError():
            return _refused(404, "", where, settings)
    try:
        answer = question.ask()
    except TimeoutError:
        return CameraSilent(f"{where} does not answer")
    except NoRtspError as nonsense:
        return _no_rtsp(nonsense.came, where)
    except OSError as failure:
        return CameraSilent(f"{where} cannot be reached: {failure.strerror or failure}")
    return _answered(answer, error, where, settings)


def _unauthorized(question: RtspQuestion, where: str, settings: CameraSettings) -> CameraRefused:
    """FFmpeg says the same of a wrong password and of one that it could not give."""
    unknown = None
    if settings.user is not None:
        with contextlib.suppress(OSError, NoRtspError):
            unknown = unknown_login(question.challenges())
    if unknown is None:
        return _refused(401, "", where, settings)
    return CameraRefused(
        f"{where} asks for the password by {unknown}, which FFmpeg does not know: choose Digest by MD5 for RTSP in the"
        " camera's own settings",
        "password",
    )


def _answered(answer: RtspAnswer, error: av.error.FFmpegError, where: str, settings: CameraSettings) -> CameraError:
    if answer.is_of_sound and answer.status not in (401, 453, 503):
        said = f"{answer.status} {answer.reason}".strip()
        return CameraRefused(f"{where} sends its pictures, and not its sound ({said}): write audio: drop", "other")
    if answer.status != 200:
        return _refused(answer.status, answer.reason, where, settings)
    if isinstance(error, av.error.HTTPError):
        return CameraRefused(f"{where} declined, and would not now: somebody else may have been connected", "busy")
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return CameraSilent(f"{where} answered too slowly")
    return CameraGarbled(f"{where} answers, and in a way that nobody can follow")


def _refused(status: int, reason: str, where: str, settings: CameraSettings) -> CameraRefused:
    said = f"{status} {reason}".strip()
    match status:
        case 401 if settings.user is None:
            return CameraRefused(f"{where} asks for a user and a password: add user: and password:", "password")
        case 401:
            return CameraRefused(f"{where} does not take the user and the password", "password")
        case 403:
            return CameraRefused(f"{where} does not let this user look at the stream ({said})", "password")
        case 404 | 410:
            return CameraRefused(f"{where} has no stream {settings.url.path or '/'}", "path")
        case 453 | 503:
            return CameraRefused(f"{where} has as many viewers as it takes ({said})", "busy")
        case 461:
            other = Transport.UDP if settings.transport is Transport.TCP else Transport.TCP
            return CameraRefused(
                f"{where} does not send over {settings.transport}: try transport: {other}", "transport"
            )
    return CameraRefused(f"{where} declines: {said}", "other")


def _no_rtsp(came: bytes, where: str) -> CameraError:
    if not came:
        return CameraSilent(f"{where} closes the connection without a word")
    if came.startswith((b"\x15\x03", b"\x16\x03")):
        return CameraGarbled(f"{where} speaks TLS: switch plain RTSP on in the camera, or take its other port")
    if came.startswith(b"HTTP/"):
        return CameraGarbled(f"{where} is a web server: RTSP has a port of its own, mostly 554")
    return CameraGarbled(f"{where} does not speak RTSP")
