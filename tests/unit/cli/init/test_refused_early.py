"""Where a first configuration cannot be written: told before the first question, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer

from gateway.cli.init import init
from gateway.core.errors import GatewayError
from tests.support.unprivileged import as_nobody


def begun(file: Path) -> None:
    init(config=file, yes=True)


def there(folder: Path) -> Path:
    (folder / "gateway.yaml").write_text("precious")
    return folder / "gateway.yaml"


def dangling(folder: Path) -> Path:
    (folder / "gateway.yaml").symlink_to(folder / "nowhere")
    return folder / "gateway.yaml"


def below_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "gateway.yaml"


def changes_in(folder: Path) -> dict[Path, tuple[int, int]]:
    """Which files are there, and when each was changed; looking at one is no change."""
    return {one: ((found := one.lstat()).st_ino, found.st_ctime_ns) for one in folder.iterdir()}


def odd_answers(folder: Path) -> Path:
    (folder / ".gateway.yaml.init").write_text("{")
    return folder / "gateway.yaml"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (there, "exists and is not overwritten"),
        (dangling, "exists and is not overwritten"),
        (lambda folder: folder, "is a folder: name a file in it"),
        (below_a_file, "is no folder: name another file"),
        (odd_answers, "has no answers of a former run; remove it"),
    ],
)
def test_what_is_there_stays(tmp_path: Path, place: Callable[[Path], Path], told: str) -> None:
    file = place(tmp_path)
    before = changes_in(tmp_path)
    with pytest.raises(GatewayError, match=told):
        begun(file)
    assert changes_in(tmp_path) == before


@pytest.mark.parametrize("inside", ["gateway.yaml", "station/gateway.yaml", "station/more/gateway.yaml"])
def test_a_folder_that_one_may_not_write_in(inside: str) -> None:
    with TemporaryDirectory() as open_to_all:
        closed = Path(open_to_all) / "closed"
        closed.mkdir(mode=0o555)
        Path(open_to_all).chmod(0o755)
        with as_nobody(), pytest.raises(GatewayError, match=r"run this as root, or name a file of yours with -c"):
            begun(closed / inside)
        assert list(closed.iterdir()) == []


def test_a_folder_that_one_may_not_look_into(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    with as_nobody(), pytest.raises(GatewayError, match=r"run this as root, or name a file of yours with -c"):
        begun(closed / "station" / "gateway.yaml")


def test_a_folder_made_for_nothing_is_gone_again(tmp_path: Path) -> None:
    with pytest.raises(typer.Exit):
        begun(tmp_path / "station" / "more" / "gateway.yaml")
    assert list(tmp_path.iterdir()) == []
