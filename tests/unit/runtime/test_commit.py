"""Of which commit the program is: as written at the build, from git in a checkout, or not known."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.runtime.commit import commit

GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.vn", "-c", "init.defaultBranch=main")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "project/gateway"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    return folder


def test_what_the_build_wrote_counts(package: Path) -> None:
    (package / "COMMIT").write_text("0123456789ab\n", encoding="ascii")
    assert commit(package) == "0123456789ab"


def test_without_git_and_file_nobody_knows(package: Path) -> None:
    assert commit(package) is None


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_an_empty_or_broken_file_is_no_commit(package: Path, content: bytes) -> None:
    (package / "COMMIT").write_bytes(content)
    assert commit(package) is None


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_in_a_checkout_git_says_it_and_whether_something_was_changed(package: Path) -> None:
    def git(*words: str) -> str:
        return subprocess.run([*GIT, *words], cwd=package.parent, capture_output=True, text=True, check=True).stdout

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    git("tag", "v9.9.9")
    of = git("rev-parse", "HEAD")[:12]
    assert commit(package) == of
    (package / "__init__.py").write_text("changed = True\n", encoding="utf-8")
    assert commit(package) == f"{of}-dirty"
    installed = package.parent / ".venv/lib/python3/site-packages/gateway"
    installed.mkdir(parents=True)
    assert commit(installed) is None, "a repository around an installation is somebody else's"
