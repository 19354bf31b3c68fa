"""`gateway check` for whoever reads it: the language, `-c` in both places, warnings as faults, the service's eyes."""

from __future__ import annotations

import json
import os
import pwd
import re
from pathlib import Path

import pytest

from gateway.cli.user_rights import Needed, seen_as
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "Nuoc thai 5 phut", f"SHA256:{'A' * 43}"))


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    return write(tmp_path, INSTRUMENTS, [PROVINCE])


def test_config_and_language_stand_before_the_name_as_well_as_behind_it(configuration: Path) -> None:
    for asked in (
        ("-c", configuration, "-l", "vi", "check"),
        ("check", "--config", configuration, "--language", "vi"),
        ("--language", "vi", "check", "-c", configuration),
    ):
        checked = command(*asked)
        assert checked.returncode == 0, checked.stderr
        assert "không có lỗi. Trạm sẽ chạy" in checked.stdout
    for asked in (("-c", configuration, "journal", "show"), ("journal", "-c", configuration, "show")):
        assert f"{configuration.parent}/storage" in command(*asked).stderr  # which has not been made yet


def test_every_fault_is_told_in_vietnamese_with_its_line(configuration: Path) -> None:
    text = configuration.read_text("utf-8")
    configuration.write_text(text.replace("baudrate:", "baudrat:").replace("link: plc", "link: plx"), encoding="utf-8")
    refused = command("check", "-l", "vi", "-c", configuration)
    assert refused.returncode == 2
    assert re.search(
        r":\d+: links\.bus\.baudrat: là khóa không rõ; có phải ý là baudrate\?$", refused.stderr, re.MULTILINE
    )
    assert "không có đường truyền 'plx'; có phải ý là plc?" in refused.stderr
    found = json.loads(command("check", "--json", "-l", "vi", "-c", configuration).stdout)
    assert {"file", "line", "path", "wrong", "right"} == set(found["problems"][0])
    assert any(one["wrong"] == "là khóa không rõ" for one in found["problems"])


def test_a_faulty_file_speaks_the_language_that_it_names(configuration: Path) -> None:
    text = configuration.read_text("utf-8")
    text = re.sub(r"^station:\n(  language: .*\n)?", "station:\n  language: vi\n", text, count=1, flags=re.MULTILINE)
    configuration.write_text(text.replace("baudrate:", "baudrat:"), encoding="utf-8")
    refused = command("check", "-c", configuration)
    assert refused.returncode == 2
    assert "là khóa không rõ" in refused.stderr
    assert "is an unknown key" in command("check", "-c", configuration, "-l", "en").stderr


def test_warnings_are_faults_where_that_is_asked_for(configuration: Path) -> None:
    checked = command("check", "-c", configuration, "--strict")
    assert "warning: " in checked.stderr
    assert checked.returncode == 1


def test_a_destination_that_lacks_its_password_is_said_to_be_out_of_reach(configuration: Path) -> None:
    (configuration.parent / "province.secret").unlink()
    checked = command("check", "-c", configuration)
    assert "This will run, but 1 destination cannot be reached (province):" in checked.stdout
    found = json.loads(command("check", "-c", configuration, "--json").stdout)
    assert found["unreachable"] == ["province"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_user_sees_what_its_rights_and_the_folders_above_allow(tmp_path: Path) -> None:
    for folder in (tmp_path, *list(tmp_path.parents)[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    mine, closed = tmp_path / "mine", tmp_path / "closed"
    mine.write_text("secret")
    mine.chmod(0o600)
    closed.mkdir(mode=0o700)
    (closed / "file").write_text("x")
    (closed / "file").chmod(0o644)
    open_file = tmp_path / "open"
    open_file.write_text("x")
    open_file.chmod(0o644)
    account = pwd.getpwnam("nobody")
    assert account.pw_uid != 0
    needed = [Needed("", one, os.R_OK, "nobody") for one in (mine, closed / "file", open_file)]
    assert seen_as("nobody", needed) == [str(mine), str(closed), None]
    assert seen_as("nobody", [Needed("", open_file, os.R_OK | os.W_OK, "nobody")]) == [str(open_file)]
