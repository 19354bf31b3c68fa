"""What the recorder of cameras says of its relay when it is put together."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.camera_recording import CameraRecording
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.config import load
from tests.support.certificates import Authority
from tests.support.live.configuration import Server, Wanted, write

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
CAMERAS = """\
cameras:
  storage: {{path: {folder}/video, leave_free: 100MB}}
  relay: {{user: authority, password: {{file: {folder}/word}}, certificate: {certificate}, key: {{file: {folder}/key}}}}
  list: [{{name: outlet, url: "rtsp://127.0.0.1:1/", health: off}}]
"""


def put_together(folder: Path, certificate: Path) -> None:
    configuration = write(folder, INSTRUMENTS, [PROVINCE])
    text = configuration.read_text("utf-8") + CAMERAS.format(folder=folder, certificate=certificate)
    configuration.write_text(text, "utf-8")
    loaded = load(configuration, check_secrets=False)
    assert loaded.cameras is not None
    assert loaded.cameras.relay is not None
    with closing(open_cameras_database(folder)) as database:
        CameraRecording(loaded, loaded.cameras)._feed(loaded.cameras.relay, folder, database).close()


@pytest.mark.parametrize(
    ("from_days", "words"),
    [(-9, "it ended on"), (5, "it is valid from"), (-1, None)],
    ids=["ended", "not-yet", "valid"],
)
def test_a_relays_certificate_that_is_not_valid_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, from_days: int, words: str | None
) -> None:
    issued = Authority(tmp_path / "authority").issue("127.0.0.1", valid_from=timedelta(days=from_days))
    put_together(tmp_path, issued.certificate)
    warned = [record.message for record in caplog.records if "the relay's certificate" in record.message]
    assert len(warned) == (words is not None)
    assert all(str(words) in line for line in warned)


def test_a_relays_certificate_that_is_none_does_not_keep_the_recorder_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put_together(tmp_path, tmp_path / "nothing.pem")
    assert [record.message.count("cannot be read") for record in caplog.records] == [1]


def test_views_that_lasted_in_the_last_run_do_not_last_any_more(tmp_path: Path) -> None:
    with closing(open_cameras_database(tmp_path)) as database:
        ViewStore(database).keep(StreamView("a", "outlet", "authority", "10.0.0.9", 1000, None))
    put_together(tmp_path, Authority(tmp_path / "authority").issue("127.0.0.1").certificate)
    with closing(open_cameras_database(tmp_path)) as database:
        assert [view.known_until_ms for view in ViewStore(database).between(0, 9000)] == [1000]
