"""One camera's ONVIF service: its clock, what it is, its streams.

The proof of the password that goes with a question is stamped by the camera's own clock, asked before: a camera whose
clock is wrong takes no other one, and it is that clock which is to be set. Whatever addresses the camera tells of
itself, it is asked where it was asked first: behind a router it does not know where it can be reached.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from gateway.cameras.onvif.camera_time import CameraTime, read_camera_time, request_to_set
from gateway.cameras.onvif.question import MEDIA_NAMESPACE, ServiceName, answered, open_service
from gateway.core.errors import CameraGarbled, CameraRefused
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase

T = TypeVar("T")

_MOST_PROFILES = 32


@dataclass(frozen=True, slots=True)
class OfferedStream:
    """`url` without user and password."""

    profile: str
    codec: str
    width: int | None
    height: int | None
    url: str


@dataclass(frozen=True, slots=True)
class CameraDescription:
    maker: str
    model: str
    firmware: str
    streams: tuple[OfferedStream, ...]


class OnvifDevice:
    """At `url`. Without a user only what everybody may ask is answered. Each call stands alone."""

    def __init__(self, url: str, clock: Clock, user: str | None = None, password: str | None = None) -> None:
        self._url = url
        self._clock = clock
        self._user = user
        self._password = password

    def time(self) -> CameraTime:
        """What its clock shows.

        Raises:
            CameraError: it does not say.
        """
        return _run(self._time())

    def set_time(self) -> None:
        """Set its clock to ours, at the full second: whether ours is right is for others to say. It keeps its zone, and
        no longer asks a time server.

        Raises:
            CameraError: it was not set, or nobody knows.
        """
        _run(self._set_time())

    def describe(self) -> CameraDescription:
        """What it is, and its streams.

        Raises:
            CameraError: it does not say.
        """
        return _run(self._describe())

    async def _time(self) -> CameraTime:
        service = await self._service(ServiceName.DEVICE, None)
        try:
            before = self._clock.now()
            told = await answered(service.authless_GetSystemDateAndTime())
            after = self._clock.now()
        finally:
            await service.close()
        return read_camera_time(told, before, after)

    async def _set_time(self) -> None:
        now = await self._time()
        service = await self._service(ServiceName.DEVICE, now)
        try:
            ours_s = self._clock.now().wall_ms / 1000
            second = int(ours_s) + 1
            await asyncio.sleep(second - ours_s)
            await answered(service.SetSystemDateAndTime(request_to_set(second, now)))
        finally:
            await service.close()

    async def _describe(self) -> CameraDescription:
        now = await self._time()
        device = await self._service(ServiceName.DEVICE, now)
        try:
            told = await answered(device.GetDeviceInformation())
            media_url = self._here(await _media_url(device))
        finally:
            await device.close()
        media = await self._service(ServiceName.MEDIA, now, media_url)
        try:
            profiles = list(await answered(media.GetProfiles()))[:_MOST_PROFILES]
            streams = await _streams(media, profiles)
        finally:
            await media.close()
        return CameraDescription(
            str(told.Manufacturer or ""), str(told.Model or ""), str(told.FirmwareVersion or ""), streams
        )

    async def _service(self, name: ServiceName, now: CameraTime | None, url: str | None = None) -> Any:
        ahead_s = None if now is None else now.ahead_s
        return await open_service(name, url or self._url, self._user, self._password, ahead_s)

    def _here(self, told: str | None) -> str:
        """The path that it tells, at the address that we know."""
        if told is None:
            return self._url
        try:
            ours, theirs = urlsplit(self._url), urlsplit(told)
        except ValueError as error:
            raise CameraGarbled(
                Phrase("it tells no address where its streams can be asked for: {told!r}", told=told)
            ) from error
        same_host = theirs.hostname == ours.hostname and theirs.scheme == ours.scheme
        return urlunsplit((ours.scheme, theirs.netloc if same_host else ours.netloc, theirs.path, theirs.query, ""))


def _run(question: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(question)


async def _media_url(device: Any) -> str | None:
    """`None`: it is asked where the device is."""
    try:
        services = await answered(device.GetServices({"IncludeCapability": False}))
    except (CameraRefused, CameraGarbled):  # older ones have no such question
        capabilities = await answered(device.GetCapabilities({"Category": "All"}))
        return getattr(getattr(capabilities, "Media", None), "XAddr", None)
    return next((one.XAddr for one in services or [] if one.Namespace == MEDIA_NAMESPACE), None)


async def _streams(media: Any, profiles: Sequence[Any]) -> tuple[OfferedStream, ...]:
    """Of the profiles that have one: some are begun in the camera's settings and left without."""
    streams: list[OfferedStream] = []
    declined: CameraRefused | None = None
    for profile in profiles:
        try:
            streams.append(await _stream(media, profile))
        except CameraRefused as refused:
            if refused.cause != "other":
                raise
            declined = refused
    if declined is not None and not streams:
        raise declined
    return tuple(streams)


async def _stream(media: Any, profile: Any) -> OfferedStream:
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    told = await answered(media.GetStreamUri({"StreamSetup": setup, "ProfileToken": profile.token}))
    encoder = getattr(profile, "VideoEncoderConfiguration", None)
    resolution = getattr(encoder, "Resolution", None)
    return OfferedStream(
        str(profile.Name or profile.token),
        str(getattr(encoder, "Encoding", None) or "").lower(),
        getattr(resolution, "Width", None),
        getattr(resolution, "Height", None),
        _without_user(str(getattr(told, "Uri", None) or "")),
    )


def _without_user(url: str) -> str:
    """Some cameras write their password into it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
