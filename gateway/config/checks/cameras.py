"""Cameras that are in each other's way, and video that would lie where it must not.

The faults work on the plain values of the document, as all cross-checks do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from gateway.config.cameras.camera import CameraSettings
from gateway.config.cameras.camera_url import CameraUrl, parse_camera_url
from gateway.config.cameras.health import HealthSettings
from gateway.config.cameras.relay import RelaySettings
from gateway.config.cameras.video_storage import SHORTEST_VIDEO, VideoStorage
from gateway.config.checks.plain_values import sections
from gateway.config.configuration import Sections
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem
from gateway.config.secrets import Secret
from gateway.config.sizes import show_size
from gateway.config.storage import Storage
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase

_USUAL_BYTES_A_SECOND = 2_000_000 // 8
"""A camera's main stream of 1080p at 15 pictures a second."""
_LONGEST_SOCKET_PATH = 100
"""Bytes of a unix socket's path; the kernel takes 107."""
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # what is warned of
_FIRST_FREE_PORT = 1024
_GOOD_PICTURES = {
    "black": (0.19, Phrase("night with a lamp has 0.19")),
    "overexposed": (0.05, Phrase("a white wall in the sun has 0.05")),
    "covered": (0.51, Phrase("a good picture of water has 0.51")),
}
"""Shares that good pictures had in trials: from there on down, a threshold tells of nothing but good weather."""
_STILL_NIGHT = 0.08
"""How far two pictures of a still scene differ, by noise alone."""
_THRESHOLDS = ("black", "overexposed", "covered", "blurred", "moved", "frozen", "every", "checks")


def camera_conflicts(content: object) -> Iterator[LocatedProblem]:
    """Faults between cameras, and between video and what else is kept."""
    cameras = content.get("cameras") if isinstance(content, dict) else None
    if not isinstance(cameras, dict):
        return
    yield from _same_folder(cameras)
    yield from _same_stream(cameras)
    yield from _video_among_ours(content, cameras)
    relay = cameras.get("relay")
    socket = relay.get("socket") if isinstance(relay, dict) else None
    if isinstance(socket, str) and len(socket.encode(errors="replace")) > _LONGEST_SOCKET_PATH:
        yield (
            ("cameras", "relay", "socket"),
            Phrase("is too long for the path of a socket"),
            Phrase("write at most {longest_socket_path} characters", longest_socket_path=_LONGEST_SOCKET_PATH),
        )


def _same_folder(cameras: object) -> Iterator[LocatedProblem]:
    seen: dict[str, str] = {}
    for index, camera in sections(cameras, "list"):
        name = camera.get("name")
        if not isinstance(name, str):
            continue
        first = seen.setdefault(name.lower(), name)
        if first is not name:
            wrong = (
                Phrase("the name {name!r} stands twice", name=name)
                if first == name
                else Phrase("differs from {first!r} by capitals alone, which not every disk tells apart", first=first)
            )
            yield (
                ("cameras", "list", index, "name"),
                wrong,
                Phrase("give each camera its own: it is the name of a folder"),
            )


def _same_stream(cameras: object) -> Iterator[LocatedProblem]:
    """A cheap camera serves one connection, and a copied section still has the address of the one it was copied of."""
    seen: dict[tuple[str, int, str], object] = {}
    for index, camera in sections(cameras, "list"):
        url = _url(camera.get("url"))
        if url is None:
            continue
        stream = (url.host.lower(), url.port, url.path)
        if stream in seen:
            yield (
                ("cameras", "list", index, "url"),
                Phrase(
                    "is the stream of {seen}: it would be recorded twice, over two of the camera's connections",
                    seen=seen[stream],
                ),
                Phrase("write this camera's own, or remove one of the two"),
            )
        seen.setdefault(stream, camera.get("name"))


def _url(value: object) -> CameraUrl | None:
    try:
        return parse_camera_url(value)
    except FormError:
        return None


def _video_among_ours(content: object, cameras: dict[str, object]) -> Iterator[LocatedProblem]:
    video = _path_of(cameras.get("storage"), VideoStorage.model_fields["path"].default)
    ours = _path_of(content.get("storage") if isinstance(content, dict) else None, Storage.model_fields["path"].default)
    if video is None or ours is None:
        return
    at, right = (
        ("cameras", "storage", "path"),
        Phrase("name a folder for video alone, such as {ours}", ours=ours / "video"),
    )
    if ".." in video.parts:
        yield at, Phrase("leads upwards by .."), Phrase("write the path as it is")
    elif video == ours:
        yield at, Phrase("is the folder of the databases"), right
    elif ours.is_relative_to(video):
        yield at, Phrase("holds storage.path ({ours}): what is no video would lie among video", ours=ours), right


def _path_of(storage: object, default: Path) -> PurePosixPath | None:
    written = storage.get("path", str(default)) if isinstance(storage, dict) else str(default)
    return PurePosixPath(written) if isinstance(written, str) and written.startswith("/") else None


def cameras_never_used(sections: Sections) -> Iterator[LocatedProblem]:
    """Faults: what is written about pictures at which nobody looks."""
    for index, camera in enumerate(sections.cameras.list if sections.cameras else ()):
        health = camera.health
        written = sorted(health.model_fields_set & {*_THRESHOLDS})
        if not health.watch and written:
            yield (
                ("cameras", "list", index, "health", written[0]),
                Phrase("is never used: with watch: false no picture is looked at"),
                Phrase("remove one of the two"),
            )


def camera_warnings(sections: Sections) -> Iterator[LocatedProblem]:
    """What is allowed and odd."""
    cameras = sections.cameras
    if cameras is None:
        return
    yield from _room(cameras.storage, len(cameras.list))
    for index, camera in enumerate(cameras.list):
        for key, wrong, right in _doubtful_thresholds(camera.health):
            yield ("cameras", "list", index, "health", key), wrong, right
        if camera.user is None:
            yield (
                ("cameras", "list", index, "user"),
                Phrase("there is none: whoever is in the network can look, and turn the camera"),
                Phrase("make an account in the camera that may only look"),
            )
    if cameras.relay is not None:
        yield from _relay(cameras.relay, cameras.list)


def _room(storage: VideoStorage, cameras: int) -> Iterator[LocatedProblem]:
    needed = _USUAL_BYTES_A_SECOND * int(SHORTEST_VIDEO.total_seconds()) * cameras
    at = ("cameras", "storage", "max_size")
    if storage.max_size is None:
        return
    if storage.pinned >= storage.max_size:
        yield (
            ("cameras", "storage", "pinned"),
            Phrase("{pinned} is all that max_size allows: pins alone could fill it", pinned=show_size(storage.pinned)),
            Phrase("write less, a tenth is usual"),
        )
    if storage.max_size < needed:
        yield (
            at,
            Phrase(
                "{max_size} does not hold 90 days of {cameras} at 2 Mb/s, which are {needed}",
                max_size=show_size(storage.max_size),
                cameras=number_of(cameras, "camera"),
                needed=show_size(needed),
            ),
            Phrase(
                "write more, or set a lower bit rate in the cameras; gateway cameras check computes with what they send"
            ),
        )


def _doubtful_thresholds(health: HealthSettings) -> Iterator[tuple[str, Phrase, Phrase]]:
    """Those that good pictures exceed."""
    if not health.watch:
        return
    for key, (worst, why) in _GOOD_PICTURES.items():
        value = getattr(health, key)
        if value <= worst:
            usual = HealthSettings.model_fields[key].default
            yield (
                key,
                Phrase("{value:g} is reached by good pictures, too: {why}", value=value, why=why),
                Phrase("{usual:g} is usual", usual=usual),
            )
    if health.frozen >= _STILL_NIGHT:
        yield (
            "frozen",
            Phrase("{frozen:g} takes a still night for a frozen picture", frozen=health.frozen),
            Phrase("0 is usual: identical pictures"),
        )


def _relay(relay: RelaySettings, cameras: tuple[CameraSettings, ...]) -> Iterator[LocatedProblem]:
    at = ("cameras", "relay")
    if relay.listen.host in _EVERYWHERE and relay.certificate is None:
        yield (
            (*at, "listen"),
            Phrase("can be reached over every interface, and pictures cross the network readable"),
            Phrase("add certificate and key, or listen on the address of a VPN"),
        )
    if relay.listen.port < _FIRST_FREE_PORT:
        yield (
            (*at, "listen"),
            Phrase("port {port} needs a right that the relay's own user has not got", port=relay.listen.port),
            Phrase("write 8554, and let the router forward another port to it; or see the comment in the relay's unit"),
        )
    for camera in cameras:
        if camera.password == relay.password:
            yield (
                (*at, "password"),
                Phrase(
                    "is that of camera {name}: who may look at the stream could then log in to the camera",
                    name=camera.name,
                ),
                Phrase("give the authority a password of its own"),
            )


def camera_secrets(sections: Sections) -> Iterator[tuple[tuple[str | int, ...], Secret]]:
    """Each secret of the section, with its place."""
    cameras = sections.cameras
    if cameras is None:
        return
    for index, camera in enumerate(cameras.list):
        if camera.password is not None:
            yield ("cameras", "list", index, "password"), camera.password
    if cameras.relay is not None:
        yield ("cameras", "relay", "password"), cameras.relay.password
        if cameras.relay.key is not None:
            yield ("cameras", "relay", "key"), cameras.relay.key
