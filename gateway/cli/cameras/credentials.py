"""User and password of a camera, for the commands that speak ONVIF to it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cameras.onvif.device import OnvifDevice
    from gateway.config.cameras import CameraSettings
    from gateway.core.interfaces import Clock

EXTRA = "pip install 'station-gateway[onvif]'"


def speaks_onvif() -> bool:
    """Whether what asks cameras over ONVIF is installed."""
    return find_spec("onvif") is not None


def require_onvif() -> None:
    """
    Raises:
        GatewayError: it is not.
    """
    if not speaks_onvif():
        raise GatewayError(
            Phrase("this needs the package onvif-zeep-async, which is not installed: {extra}", extra=EXTRA)
        )


def device_of(camera: CameraSettings, clock: Clock) -> OnvifDevice:
    """The camera's ONVIF service, asked with its own user and password.

    Raises:
        GatewayError: its password cannot be read.
    """
    return device_at(str(camera.device_url), camera, clock)


def device_at(url: str, camera: CameraSettings, clock: Clock) -> OnvifDevice:
    """The same at another address. Raises as `device_of`."""
    from gateway.cameras.onvif.device import OnvifDevice

    password = None if camera.password is None else camera.password.reveal()
    return OnvifDevice(url, clock, camera.user, password)


def password_in(file: Path) -> str:
    """
    Raises:
        GatewayError: there is none, or everybody may read it.
    """
    from gateway.config.secrets import Secret

    return Secret(file=file.absolute()).reveal()
