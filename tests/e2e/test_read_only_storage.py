"""The storage folder on a file system that cannot be written: what the unit's sandbox makes of every folder that it
does not name, and what a failing card becomes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.journey import Journey
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command
from tests.support.recorded import add_cameras

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))


@pytest.mark.parametrize(("process", "unit"), [("run", ""), ("cameras run", "-cameras")])
def test_the_way_out_of_the_sandbox_is_told(tmp_path: Path, process: str, unit: str) -> None:
    """It advised chown, of a folder that was the gateway's already."""
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    add_cameras(configuration, tmp_path / "storage/video")
    storage = tmp_path / "storage"
    storage.mkdir(exist_ok=True)
    run = f'mount -t tmpfs -o ro tmpfs "$1" && exec "$2" -m gateway {process} --config "$3"'
    user = [] if os.geteuid() == 0 else ["--map-root-user"]  # which root may not in a chroot, and need not
    done = subprocess.run(
        ["unshare", "--mount", *user, "sh", "-c", run, "sh", storage, sys.executable, configuration],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert f"storage.path {storage} cannot be written: Read-only file system" in done.stderr
    assert f"ReadWritePaths={storage} below [Service] with: systemctl edit station-gateway{unit}\n" in done.stderr
    assert "chown" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("accept", "--answers"), ("accept", "--show")])
def test_what_looks_into_a_database_that_cannot_be_written_says_so(tmp_path: Path, arguments: tuple[str, str]) -> None:
    """It said that there was no space left, or that the file could not be opened."""
    configuration, answers = write(tmp_path, INSTRUMENTS, [PROVINCE]), tmp_path / "answers.yaml"
    answers.write_text("place: HN\n", "utf-8")
    storage = tmp_path / "storage"
    storage.mkdir(exist_ok=True)
    Journey(storage).database.close()
    run = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    words = [*arguments, *([answers] if arguments[-1] == "--answers" else []), "-c", configuration]
    done = subprocess.run(
        ["unshare", "--mount", *user, "sh", "-c", run, "sh", storage, sys.executable, "-m", "gateway", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"gateway: {storage}/gateway.db lies on a file system that is read-only: mount it for writing,"
        " and check its disk\n"
    )


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    (tmp_path / "storage").write_text("not a folder")
    done = command("run", "-c", configuration)
    assert done.returncode == 1, done.stderr
    assert "a file stands where a folder should be" in done.stderr
    assert "chown" not in done.stderr
    assert "Traceback" not in done.stderr
