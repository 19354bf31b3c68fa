"""The section `cameras` as a whole."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.cameras.camera import CameraSettings
from gateway.config.cameras.relay import RelaySettings
from gateway.config.cameras.video_storage import VideoStorage
from gateway.config.section import Section, not_empty
from gateway.core.phrase import Phrase


class CamerasSettings(Section):
    """Without `relay` nobody can look at the streams from outside."""

    storage: VideoStorage = VideoStorage()
    relay: RelaySettings | None = None
    list: Annotated[tuple[CameraSettings, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("the list of what is recorded")
    )
