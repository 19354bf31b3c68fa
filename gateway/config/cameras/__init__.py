"""`cameras`: what is recorded, where it is kept and for how long, and who may look at it."""

from gateway.config.cameras.camera import Audio, CameraSettings, Transport
from gateway.config.cameras.cameras import CamerasSettings
from gateway.config.cameras.health import HealthSettings
from gateway.config.cameras.relay import RelaySettings
from gateway.config.cameras.video_storage import VideoStorage

__all__ = [
    "Audio",
    "CameraSettings",
    "CamerasSettings",
    "HealthSettings",
    "RelaySettings",
    "Transport",
    "VideoStorage",
]
