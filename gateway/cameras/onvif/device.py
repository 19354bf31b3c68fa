"""One camera's ONVIF service: its clock, what it is, its streams. The home of onvif-zeep-async.

Each question is bounded in time. The proof of the password that goes with it is stamped by the camera's own clock,
asked before: a camera whose clock is wrong takes no other one, and it is that clock which is to be set. Whatever
addresses the camera tells of itself, it is asked where it was asked first: behind a router it does not know where it
can be reached.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from gateway.core.errors import CameraError, CameraGarbled, CameraRefused, CameraSilent
from gateway.core.interfaces import Clock

logging.getLogger().addHandler(logging.NullHandler())  # or the library has everything logged to stderr

import aiohttp  # noqa: E402
import onvif  # noqa: E402
import zeep.exceptions  # noqa: E402
from lxml.etree import LxmlError  # noqa: E402
from onvif.client import ONVIFService  # noqa: E402
from onvif.definition import SERVICES  # noqa: E402

T = TypeVar("T")

QUESTION_S = 10.0
"""A camera on a bad line takes a second or two."""
_RESOLUTION_S = 0.5
"""A camera tells whole seconds: it is half a second further than that, give or take half a second."""
_MOST_PROFILES = 32
_WSDL = Path(onvif.__file__).parent / "wsdl"
_NO_ONVIF = (
    "what answers there does not speak ONVIF: switch it on in the camera, or name its onvif: in the configuration"
)
_NO_FAULT = "Unknown fault occured"
"""How zeep says that an error came with a text that is no fault of SOAP, such as a web page."""
_DEVICE, _MEDIA = "devicemgmt", "media"


@dataclass(frozen=True, slots=True)
class CameraTime:
    """What a camera's clock showed. `ahead_s`: of ours, give or take `within_s`. `by_ntp`: it sets itself."""

    shown: datetime
    ahead_s: float
    within_s: float
    by_ntp: bool
    zone: str
    summer_time: bool


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
        service = await self._service(_DEVICE, None)
        try:
            before = self._clock.now()
            told = await _answered(service.authless_GetSystemDateAndTime())
            after = self._clock.now()
        finally:
            await service.close()
        shown = _moment(told)
        half_s = (after.mono_s - before.mono_s) / 2
        ours = before.wall_ms / 1000 + half_s
        ahead_s = shown.timestamp() + _RESOLUTION_S - ours
        by_ntp = str(getattr(told, "DateTimeType", "")).upper() == "NTP"
        zone = str(getattr(getattr(told, "TimeZone", None), "TZ", None) or "")
        summer_time = bool(getattr(told, "DaylightSavings", False))
        return CameraTime(shown, ahead_s, _RESOLUTION_S + half_s, by_ntp, zone, summer_time)

    async def _set_time(self) -> None:
        now = await self._time()
        service = await self._service(_DEVICE, now)
        try:
            ours_s = self._clock.now().wall_ms / 1000
            second = int(ours_s) + 1
            await asyncio.sleep(second - ours_s)
            await _answered(service.SetSystemDateAndTime(_request(second, now)))
        finally:
            await service.close()

    async def _describe(self) -> CameraDescription:
        now = await self._time()
        device = await self._service(_DEVICE, now)
        try:
            told = await _answered(device.GetDeviceInformation())
            media_url = self._here(await _media_url(device))
        finally:
            await device.close()
        media = await self._service(_MEDIA, now, media_url)
        try:
            profiles = list(await _answered(media.GetProfiles()))[:_MOST_PROFILES]
            streams = tuple([await _stream(media, profile) for profile in profiles])
        finally:
            await media.close()
        return CameraDescription(
            str(told.Manufacturer or ""), str(told.Model or ""), str(told.FirmwareVersion or ""), streams
        )

    async def _service(self, name: str, now: CameraTime | None, url: str | None = None) -> Any:
        kind = SERVICES[name]
        service = ONVIFService(
            url or self._url,
            self._user,
            self._password,
            str(_WSDL / kind["wsdl"]),
            no_cache=True,
            dt_diff=None if now is None else timedelta(seconds=now.ahead_s),
            binding_name=f"{{{kind['ns']}}}{kind['binding']}",
            read_timeout=QUESTION_S,
        )
        await service.setup()
        return service

    def _here(self, told: str | None) -> str:
        """The path that it tells, at the address that we know."""
        if told is None:
            return self._url
        ours, theirs = urlsplit(self._url), urlsplit(told)
        same_host = theirs.hostname == ours.hostname and theirs.scheme == ours.scheme
        return urlunsplit((ours.scheme, theirs.netloc if same_host else ours.netloc, theirs.path, theirs.query, ""))


def _run(question: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(question)


async def _answered(question: Awaitable[T]) -> T:
    """
    Raises:
        CameraError: no answer, or none that is one.
    """
    try:
        return await asyncio.wait_for(question, QUESTION_S)
    except TimeoutError as error:
        raise CameraSilent(f"no answer within {QUESTION_S:g} s") from error
    except zeep.exceptions.Fault as fault:
        raise _refused(fault) from fault
    except zeep.exceptions.TransportError as error:
        raise _not_served(error.status_code) from error
    except (zeep.exceptions.Error, LxmlError, onvif.ONVIFError, aiohttp.ClientPayloadError) as error:
        raise CameraGarbled(_NO_ONVIF) from error
    except aiohttp.ClientResponseError as error:
        raise CameraGarbled(f"what answers there does not speak HTTP as it should: {error.message}") from error
    except (aiohttp.ClientError, OSError) as error:
        raise CameraSilent(f"nothing answers: {_words(error)}") from error


def _refused(fault: zeep.exceptions.Fault) -> CameraError:
    said = " ".join(str(part) for part in [fault.message, *(fault.subcodes or [])])
    if any(word in said.lower().replace(" ", "") for word in ("notauthorized", "authenticat", "failedcheck")):
        return CameraRefused("it does not take this user and password for ONVIF", "password")
    if fault.message == _NO_FAULT:
        return CameraGarbled(_NO_ONVIF)
    return CameraRefused(f"it declines: {fault.message}", "declined")


def _not_served(status: int | None) -> CameraError:
    if status in (401, 403):
        return CameraRefused("it does not take this user and password for ONVIF", "password")
    if status == 404:
        return CameraRefused(f"{_NO_ONVIF} (404)", "path")
    if status in (503, 429):
        return CameraRefused("it is too busy to answer", "busy")
    return CameraGarbled(f"it answers with HTTP {status}")


def _words(error: BaseException) -> str:
    number = getattr(error, "os_error", error)
    return str(getattr(number, "strerror", None) or error or type(error).__name__)


def _moment(told: Any) -> datetime:
    """
    Raises:
        CameraGarbled: it is no time.
    """
    try:
        day, time = told.UTCDateTime.Date, told.UTCDateTime.Time
        return datetime(day.Year, day.Month, day.Day, time.Hour, time.Minute, min(time.Second, 59), tzinfo=UTC)
    except (AttributeError, TypeError, ValueError) as error:
        raise CameraGarbled("it does not tell the time in UTC") from error


def _request(second: int, now: CameraTime) -> dict[str, Any]:
    at = datetime.fromtimestamp(second, UTC)
    request: dict[str, Any] = {
        "DateTimeType": "Manual",
        "DaylightSavings": now.summer_time,
        "UTCDateTime": {
            "Time": {"Hour": at.hour, "Minute": at.minute, "Second": at.second},
            "Date": {"Year": at.year, "Month": at.month, "Day": at.day},
        },
    }
    return request | ({"TimeZone": {"TZ": now.zone}} if now.zone else {})


async def _media_url(device: Any) -> str | None:
    """`None`: it is asked where the device is."""
    try:
        services = await _answered(device.GetServices({"IncludeCapability": False}))
    except (CameraRefused, CameraGarbled):  # older ones have no such question
        capabilities = await _answered(device.GetCapabilities({"Category": "All"}))
        return getattr(getattr(capabilities, "Media", None), "XAddr", None)
    return next((one.XAddr for one in services or [] if one.Namespace == SERVICES[_MEDIA]["ns"]), None)


async def _stream(media: Any, profile: Any) -> OfferedStream:
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    told = await _answered(media.GetStreamUri({"StreamSetup": setup, "ProfileToken": profile.token}))
    encoder = getattr(profile, "VideoEncoderConfiguration", None)
    resolution = getattr(encoder, "Resolution", None)
    return OfferedStream(
        str(profile.Name or profile.token),
        str(getattr(encoder, "Encoding", None) or "").lower(),
        getattr(resolution, "Width", None),
        getattr(resolution, "Height", None),
        _without_user(str(told.Uri or "")),
    )


def _without_user(url: str) -> str:
    """Some cameras write their password into it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
