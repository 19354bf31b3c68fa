"""Where a station's data usually are and where it listens: a second one in the same box shares nothing of it.

The folders are those that its units may write (`systemd/station-gateway*@.service`).
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config.cameras.relay import RelaySettings
from gateway.config.cameras.video_storage import VideoStorage
from gateway.config.listen import ListenAddress
from gateway.config.storage import Storage
from gateway.config.web import WebSettings


@dataclass(frozen=True, slots=True)
class UsualPlaces:
    """`page_storage`: `None`, the usual one, which nobody has to write down. `page` and `relay`: as `listen` is
    written."""

    storage: str
    video: str
    page: str
    page_storage: str | None
    relay: str


def usual_places(folder: str) -> UsualPlaces:
    """Of the station whose configuration is in the folder of that name."""
    storage, page = Storage().path, WebSettings()
    video, relay = VideoStorage().path, RelaySettings.model_fields["listen"].default
    name = folder.removeprefix(storage.name)
    if name in ("", folder):
        return UsualPlaces(str(storage), str(video), str(page.listen), None, str(relay))
    own = storage.with_name(folder)
    return UsualPlaces(
        str(own),
        str(own / video.relative_to(storage)),
        str(_next_to(page.listen)),
        f"{page.storage}{name}",
        str(_next_to(relay)),
    )


def _next_to(listen: ListenAddress) -> ListenAddress:
    return ListenAddress(listen.host, listen.port + 1)
