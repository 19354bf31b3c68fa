"""Cameras must not record into each other's folder, nor one of them twice, nor among what is no video; and what is odd
about them is told before three months of it are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, faults, warnings

CAMERAS = """\
cameras:
  storage: {path: /srv/video, max_size: 4TB}
  list:
    - {name: outlet, url: "rtsp://192.168.1.31/stream1", user: gw, password: {env: SO_TNMT}}
    - {name: inlet, url: "rtsp://192.168.1.32/stream1", user: gw, password: {env: SO_TNMT}}
"""
RELAY = """\
  relay: {listen: "127.0.0.1:8554", user: authority, password: {env: RELAY}}
  list:
"""


def with_cameras(*edits: tuple[str, str]) -> str:
    text = STATION + CAMERAS
    for before, after in edits:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def said_of(folder: Path, *edits: tuple[str, str]) -> list[str]:
    """Warnings about the cameras."""
    return [one for one in warnings(with_cameras(*edits), folder) if "cameras" in one]


def test_two_cameras_as_they_should_be_are_told_nothing_of(tmp_path: Path) -> None:
    assert faults(with_cameras(), tmp_path) == []
    assert said_of(tmp_path, ("  list:\n", RELAY)) == []


@pytest.mark.parametrize(
    ("edit", "wrong"),
    [
        (("name: inlet", "name: outlet"), "cameras.list.outlet.name: the name 'outlet' stands twice"),
        (("name: inlet", "name: Outlet"), "differs from 'outlet' by capitals alone"),
        (("192.168.1.32", "192.168.1.31"), "url: is the stream of outlet: it would be recorded twice"),
        (("rtsp://192.168.1.32/stream1", "rtsp://192.168.1.31:554/stream1"), "url: is the stream of outlet"),
        (("/srv/video", "/var/lib/station-gateway"), "cameras.storage.path: is the folder of the databases"),
        (("/srv/video", "/var/lib"), "cameras.storage.path: holds storage.path (/var/lib/station-gateway)"),
        (("/srv/video", "/srv/../var/lib/station-gateway"), "cameras.storage.path: leads upwards by .."),
        (('stream1", user', 'stream1", health: {watch: false, black: 0.5}, user'), "black: is never used"),
        (("  list:\n", RELAY.replace("user: authority", f"user: a, socket: /{'s' * 100}")), "is too long for the path"),
    ],
)
def test_it_is_refused(edit: tuple[str, str], wrong: str, tmp_path: Path) -> None:
    found = faults(with_cameras(edit), tmp_path)
    assert len(found) == 1
    assert wrong in found[0]


def test_another_stream_of_the_same_camera_is_another_stream(tmp_path: Path) -> None:
    assert faults(with_cameras(("192.168.1.32/stream1", "192.168.1.31/stream2")), tmp_path) == []


@pytest.mark.parametrize(
    ("edit", "odd"),
    [
        (("4TB", "3TB"), "3TB does not hold 90 days of 2 cameras at 2 Mb/s, which are 3.888TB"),
        (("4TB", "4TB, pinned: 4TB"), "pinned: 4TB is all that max_size allows"),
        (('stream1", user', 'stream1", health: {black: 0.1}, user'), "black: 0.1 is reached by good pictures, too"),
        (('stream1", user', 'stream1", health: {covered: 0.5}, user'), "covered: 0.5 is reached by good pictures, too"),
        (('stream1", user', 'stream1", health: {frozen: 0.1}, user'), "frozen: 0.1 takes a still night"),
        ((", user: gw, password: {env: SO_TNMT}", ""), "whoever is in the network can look"),
        (("  list:\n", RELAY.replace("127.0.0.1", "0.0.0.0")), "listen: can be reached over every interface"),
        (("  list:\n", RELAY.replace("8554", "554")), "listen: port 554 needs a right"),
        (("  list:\n", RELAY.replace("env: RELAY", "env: SO_TNMT")), "password: is that of camera outlet"),
        (("  list:\n", RELAY.replace("env: RELAY", "env: NOWHERE")), "environment variable NOWHERE is not set"),
    ],
)
def test_it_is_warned_of(edit: tuple[str, str], odd: str, tmp_path: Path) -> None:
    assert any(odd in one for one in said_of(tmp_path, edit))


def test_a_public_relay_with_a_certificate_is_not_warned_of(tmp_path: Path) -> None:
    relay = RELAY.replace("127.0.0.1", "0.0.0.0").replace(
        "RELAY}}", "RELAY}, certificate: /c.pem, key: {file: /k.pem}}"
    )
    assert not any("every interface" in one for one in said_of(tmp_path, ("  list:\n", relay)))
