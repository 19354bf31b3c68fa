"""The page's folder, and root in it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from gateway.core.errors import GatewayError
from gateway.web.accounts.folder import as_owner, make_page_folder
from tests.support.unprivileged import NOBODY, as_nobody

TEMPORARY = Path(tempfile.gettempdir())
root = pytest.mark.skipif(os.geteuid() != 0, reason="becomes somebody else, which only root can")


def let_everybody_through(folder: Path) -> None:
    """Down to it from the folder of temporary files, however deep it lies."""
    for one in (folder, *folder.parents):
        if one == TEMPORARY:
            return
        one.chmod(0o755)


@pytest.mark.root
@root
def test_what_root_makes_there_belongs_to_the_page(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder = tmp_path / "page"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    let_everybody_through(tmp_path)
    with as_owner(folder):
        (folder / "file").write_text("x", "utf-8")
        assert os.geteuid() == NOBODY
    assert os.geteuid() == 0
    made = (folder / "file").stat()
    assert (made.st_uid, made.st_gid) == (NOBODY, NOBODY)


@pytest.mark.root
@root
def test_root_is_led_nowhere_by_what_the_page_planted(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", "utf-8")
    precious.chmod(0o600)
    folder = tmp_path / "page"
    folder.mkdir(mode=0o755)
    (folder / "file").symlink_to(precious)
    os.chown(folder, NOBODY, NOBODY)
    let_everybody_through(tmp_path)
    with as_owner(folder), pytest.raises(PermissionError):
        (folder / "file").write_text("gone", "utf-8")
    assert precious.read_text("utf-8") == "mine"


@pytest.mark.root
@root
def test_whoever_is_not_let_in_is_told_to_be_root(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    folder.mkdir(mode=0o700)
    let_everybody_through(tmp_path)
    with as_nobody(), pytest.raises(GatewayError, match="sudo gateway web"), as_owner(folder):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(GatewayError, match="install -d"):
        make_page_folder(tmp_path / "file" / "page")
    with pytest.raises(GatewayError, match="cannot be made"):
        make_page_folder(tmp_path / "file")


def test_a_folder_is_made_if_there_is_none(tmp_path: Path) -> None:
    with as_owner(tmp_path / "page" / "storage"):
        assert (tmp_path / "page" / "storage").is_dir()
