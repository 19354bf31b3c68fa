"""A connection to a camera that did not come about: why not, in words that say where to look."""

from __future__ import annotations

import contextlib

import av

from gateway.cameras.stream.rtsp_challenge import unknown_login
from gateway.cameras.stream.rtsp_question import NoRtspError, RtspAnswer, RtspQuestion
from gateway.config.cameras import CameraSettings, Transport
from gateway.config.url_parts import host_in_url
from gateway.core.errors import CameraError, CameraGarbled, CameraRefused, CameraSilent
from gateway.core.phrase import Phrase


def why_not(error: av.error.FFmpegError, settings: CameraSettings, question: RtspQuestion) -> CameraError:
    """What FFmpeg's error means. Where it does not tell, the camera is asked; no connection to it may be open.

    Never has the error's own text, in which the URL with the password stands.
    """
    where = f"{host_in_url(settings.url.host)}:{settings.url.port}"
    match error:
        case av.error.ConnectionRefusedError():
            return CameraSilent(
                Phrase("nobody listens at {where}: the camera starts, or its RTSP is switched off", where=where)
            )
        case av.error.HTTPUnauthorizedError():
            return _unauthorized(question, where, settings)
        case av.error.HTTPForbiddenError():
            return _refused(403, "", where, settings)
        case av.error.HTTPNotFoundError():
            return _refused(404, "", where, settings)
    try:
        answer = question.ask()
    except TimeoutError:
        return CameraSilent(Phrase("{where} does not answer", where=where))
    except NoRtspError as nonsense:
        return _no_rtsp(nonsense.came, where)
    except OSError as failure:
        return CameraSilent(
            Phrase("{where} cannot be reached: {strerror}", where=where, strerror=failure.strerror or failure)
        )
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
        Phrase(
            "{where} asks for the password by {unknown}, which FFmpeg does not know: choose Digest by MD5 for "
            "RTSP in the camera's own settings",
            where=where,
            unknown=unknown,
        ),
        "password",
    )


def _answered(answer: RtspAnswer, error: av.error.FFmpegError, where: str, settings: CameraSettings) -> CameraError:
    if answer.is_of_sound and answer.status not in (401, 453, 503):
        said = f"{answer.status} {answer.reason}".strip()
        return CameraRefused(
            Phrase("{where} sends its pictures, and not its sound ({said}): write audio: drop", where=where, said=said),
            "other",
        )
    if answer.status != 200:
        return _refused(answer.status, answer.reason, where, settings)
    if isinstance(error, av.error.HTTPError):
        return CameraRefused(
            Phrase("{where} declined, and would not now: somebody else may have been connected", where=where), "busy"
        )
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return CameraSilent(Phrase("{where} answered too slowly", where=where))
    return CameraGarbled(Phrase("{where} answers, and in a way that nobody can follow", where=where))


def _refused(status: int, reason: str, where: str, settings: CameraSettings) -> CameraRefused:
    said = f"{status} {reason}".strip()
    match status:
        case 401 if settings.user is None:
            return CameraRefused(
                Phrase("{where} asks for a user and a password: add user: and password:", where=where), "password"
            )
        case 401:
            return CameraRefused(Phrase("{where} does not take the user and the password", where=where), "password")
        case 403:
            return CameraRefused(
                Phrase("{where} does not let this user look at the stream ({said})", where=where, said=said), "password"
            )
        case 404 | 410:
            return CameraRefused(
                Phrase("{where} has no stream {path}", where=where, path=settings.url.path or "/"), "path"
            )
        case 453 | 503:
            return CameraRefused(
                Phrase("{where} has as many viewers as it takes ({said})", where=where, said=said), "busy"
            )
        case 461:
            other = Transport.UDP if settings.transport is Transport.TCP else Transport.TCP
            return CameraRefused(
                Phrase(
                    "{where} does not send over {transport}: try transport: {other}",
                    where=where,
                    transport=settings.transport,
                    other=other,
                ),
                "transport",
            )
    return CameraRefused(Phrase("{where} declines: {said}", where=where, said=said), "other")


def _no_rtsp(came: bytes, where: str) -> CameraError:
    if not came:
        return CameraSilent(Phrase("{where} closes the connection without a word", where=where))
    if came.startswith((b"\x15\x03", b"\x16\x03")):
        return CameraGarbled(
            Phrase("{where} speaks TLS: switch plain RTSP on in the camera, or take its other port", where=where)
        )
    if came.startswith(b"HTTP/"):
        return CameraGarbled(Phrase("{where} is a web server: RTSP has a port of its own, mostly 554", where=where))
    return CameraGarbled(Phrase("{where} does not speak RTSP", where=where))
