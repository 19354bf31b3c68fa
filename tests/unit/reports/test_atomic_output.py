"""What is written is complete or not there, and nothing is overwritten unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.errors import GatewayError
from gateway.reports.atomic_output import atomic_file, atomic_folder, refuse_early


class Interrupted(Exception):
    """Someone pressed Ctrl-C."""


def _write_and_fail(file: Path) -> None:
    file.write_text("half")
    raise Interrupted


def _be_overtaken(beside: Path, file: Path) -> None:
    beside.write_text("new")
    file.write_text("someone else's")


def test_the_file_is_not_there_before_it_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "january.csv"
    with atomic_file(file, overwrite=False) as beside:
        beside.write_text("half")
        assert not file.exists()
        beside.write_text("whole")
    assert [one.name for one in tmp_path.iterdir()] == ["january.csv"]
    assert file.read_text() == "whole"


def test_a_failure_leaves_nothing_and_what_was_there_before(tmp_path: Path) -> None:
    file = tmp_path / "january.csv"
    file.write_text("old")
    with pytest.raises(Interrupted), atomic_file(file, overwrite=True) as beside:
        _write_and_fail(beside)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("january.csv", "old")]


def test_nothing_is_overwritten_unasked_not_even_what_came_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "january.csv"
    with pytest.raises(GatewayError, match="exists.*--force"), atomic_file(file, overwrite=False) as beside:
        _be_overtaken(beside, file)
    assert file.read_text() == "someone else's"
    with pytest.raises(GatewayError, match="exists.*--force"), atomic_file(file, overwrite=False):
        raise AssertionError("there is nothing to write to")
    with atomic_file(file, overwrite=True) as beside:
        beside.write_text("new")
    assert file.read_text() == "new"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "absent" / "january.csv"
    with (
        pytest.raises(GatewayError, match="cannot be written: No such file"),
        atomic_file(file, overwrite=False) as beside,
    ):
        beside.write_text("new")


def test_what_cannot_land_is_refused_before_the_work(tmp_path: Path) -> None:
    file = tmp_path / "found.yaml"
    refuse_early(file, overwrite=False)
    file.write_text("old")
    refuse_early(file, overwrite=True)
    with pytest.raises(GatewayError, match="exists.*--force"):
        refuse_early(file, overwrite=False)
    with pytest.raises(GatewayError, match="is a folder"):
        refuse_early(tmp_path, overwrite=True)
    with pytest.raises(GatewayError, match=f"there is no folder {tmp_path}/absent$"):
        refuse_early(tmp_path / "absent" / "found.yaml", overwrite=True)
    with pytest.raises(GatewayError, match="there is no folder"):
        refuse_early(file / "found.yaml", overwrite=True)


def test_a_folder_appears_whole_or_is_filled_up_on_demand(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    with pytest.raises(Interrupted), atomic_folder(folder, overwrite=False) as beside:
        _write_and_fail(beside / "one.txt")
    assert list(tmp_path.iterdir()) == []
    with atomic_folder(folder, overwrite=False) as beside:
        (beside / "day").mkdir()
        (beside / "day" / "one.txt").write_text("1")
        assert not folder.exists()
    with pytest.raises(GatewayError, match="not empty"), atomic_folder(folder, overwrite=False):
        raise AssertionError("there is nothing to write to")
    (folder / "mine.txt").write_text("mine")
    with atomic_folder(folder, overwrite=True) as beside:
        (beside / "day").mkdir()
        (beside / "day" / "one.txt").write_text("2")
    assert (folder / "day" / "one.txt").read_text() == "2"
    assert (folder / "mine.txt").read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["files"]
