"""The demo's camera in its configuration: nothing secret is told, and no folder is too deep for a socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.demo.camera import DemoCamera, add_camera, why_none
from gateway.config import Configuration, load
from tests.unit.config.wording import ENVIRON, edited

REACHED = {"url": "rtsp://127.0.0.1:40595/stream1", "user": "gateway", "password": "of the camera"}


def with_camera(folder: Path) -> tuple[DemoCamera, Configuration]:
    file = folder / "gateway.yaml"
    file.write_text(edited(), "utf-8")
    camera = add_camera(file, "outlet", REACHED, folder)
    return camera, load(file, ENVIRON)


def test_the_recorder_gets_the_camera_and_the_authority_a_stream(tmp_path: Path) -> None:
    camera, configuration = with_camera(tmp_path)
    cameras = configuration.cameras
    assert cameras is not None
    (only,) = cameras.list
    assert (only.name, str(only.url), only.user) == ("outlet", REACHED["url"], "gateway")
    assert only.password is not None
    assert only.password.reveal() == "of the camera"
    assert cameras.relay is not None
    assert camera.stream == f"rtsp://authority@{cameras.relay.listen}/outlet"
    assert camera.secret.read_text("utf-8") == cameras.relay.password.reveal()
    assert {file.stat().st_mode & 0o777 for file in tmp_path.glob("*.secret")} == {0o600}
    written = (tmp_path / "gateway.yaml").read_text("utf-8")
    assert "of the camera" not in written
    assert cameras.relay.password.reveal() not in written


def test_a_deep_folder_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / "x" / ("a" * 100)
    deep.mkdir(parents=True)
    _, configuration = with_camera(deep)
    assert configuration.cameras is not None
    assert configuration.cameras.relay is not None
    assert configuration.cameras.relay.socket is not None
    assert len(str(configuration.cameras.relay.socket)) < 100


@pytest.mark.parametrize(
    ("reached", "lacking", "why"),
    [
        ({"outlet": REACHED}, None, None),
        ({"outlet": {"missing": "GStreamer is missing"}}, None, "GStreamer is missing"),
        ({}, None, "the simulator has none"),
        ({"outlet": REACHED}, "av", "the package av is missing: pip install 'station-gateway[cameras]'"),
    ],
)
def test_why_there_is_none_is_said(
    monkeypatch: pytest.MonkeyPatch, reached: dict[str, dict[str, str]], lacking: str | None, why: str | None
) -> None:
    monkeypatch.setattr("gateway.cli.demo.camera.find_spec", lambda name: None if name == lacking else object())
    assert why_none(reached) == why
