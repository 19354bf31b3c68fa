"""A question to a camera's ONVIF service, bounded in time, and what it means if it is not answered. The home of
onvif-zeep-async."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from gateway.core.errors import CameraError, CameraGarbled, CameraRefused, CameraSilent
from gateway.core.phrase import Phrase

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
_WSDL = Path(onvif.__file__).parent / "wsdl"
_NO_ONVIF = Phrase(
    "what answers there does not speak ONVIF: switch it on in the camera, or name its onvif: in the configuration"
)
_NO_FAULT = "Unknown fault occured"
"""How zeep says that an error came with a text that is no fault of SOAP, such as a web page."""


class ServiceName(StrEnum):
    """As the library names them."""

    DEVICE = "devicemgmt"
    MEDIA = "media"


MEDIA_NAMESPACE: str = SERVICES[ServiceName.MEDIA]["ns"]


async def open_service(
    name: ServiceName, url: str, user: str | None, password: str | None, ahead_s: float | None
) -> Any:
    """Whoever opens it closes it. `ahead_s`: the camera's clock, of ours; it stamps the proof of the password."""
    kind = SERVICES[name]
    service = ONVIFService(
        url,
        user,
        password,
        str(_WSDL / kind["wsdl"]),
        no_cache=True,
        dt_diff=None if ahead_s is None else timedelta(seconds=ahead_s),
        binding_name=f"{{{kind['ns']}}}{kind['binding']}",
        read_timeout=QUESTION_S,
    )
    await service.setup()
    return service


async def answered(question: Awaitable[T]) -> T:
    """
    Raises:
        CameraError: no answer, or none that is one.
    """
    try:
        return await asyncio.wait_for(question, QUESTION_S)
    except TimeoutError as error:
        raise CameraSilent(Phrase("no answer within {question_s:g} s", question_s=QUESTION_S)) from error
    except zeep.exceptions.Fault as fault:
        raise _refused(fault) from fault
    except zeep.exceptions.TransportError as error:
        raise _not_served(error.status_code) from error
    except (zeep.exceptions.Error, LxmlError, onvif.ONVIFError, aiohttp.ClientPayloadError) as error:
        raise CameraGarbled(_NO_ONVIF) from error
    except aiohttp.ClientResponseError as error:
        raise CameraGarbled(
            Phrase("what answers there does not speak HTTP as it should: {message}", message=error.message)
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise CameraSilent(Phrase("nothing answers: {words}", words=_words(error))) from error


def _refused(fault: zeep.exceptions.Fault) -> CameraError:
    said = " ".join(str(part) for part in [fault.message, *(fault.subcodes or [])])
    if any(word in said.lower().replace(" ", "") for word in ("notauthorized", "authenticat", "failedcheck")):
        return CameraRefused(Phrase("it does not take this user and password for ONVIF"), "password")
    if fault.message == _NO_FAULT:
        return CameraGarbled(_NO_ONVIF)
    return CameraRefused(Phrase("it declines: {message}", message=fault.message), "other")


def _not_served(status: int | None) -> CameraError:
    if status in (401, 403):
        return CameraRefused(Phrase("it does not take this user and password for ONVIF"), "password")
    if status == 404:
        return CameraRefused(Phrase("{no_onvif} (404)", no_onvif=_NO_ONVIF), "path")
    if status in (503, 429):
        return CameraRefused(Phrase("it is too busy to answer"), "busy")
    return CameraGarbled(Phrase("it answers with HTTP {status}", status=status))


def _words(error: BaseException) -> str:
    number = getattr(error, "os_error", error)
    return str(getattr(number, "strerror", None) or error or type(error).__name__)
