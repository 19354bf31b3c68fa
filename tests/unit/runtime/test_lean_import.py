"""What is left out of an import is left out of that one alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.runtime.lean_import import lean_or_whole, without


def test_a_module_is_absent_in_the_block_and_there_behind_it() -> None:
    sys.modules.pop("this", None)
    with without({"this": None}), pytest.raises(ModuleNotFoundError):
        import this  # noqa: F401
    assert "this" not in sys.modules


def test_a_module_that_is_there_stays() -> None:
    with without({"sys": None}):
        import sys as same
    assert same is sys


@pytest.mark.parametrize("module", ["gateway.uplinks.sftp.ssh", "gateway.runtime.schedule"])
def test_whoever_wants_what_was_left_out_can_import_it_later(module: str) -> None:
    program = (
        f"import {module}, sys; assert 'invoke' not in sys.modules and 'multiprocessing' not in sys.modules;"
        " import invoke, apscheduler.executors.pool as pool; pool.ThreadPoolExecutor(1).shutdown(); invoke.run"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_what_asks_a_stand_in_for_more_than_it_has_is_imported_whole(tmp_path: Path) -> None:
    (tmp_path / "asking").mkdir()
    (tmp_path / "asking/__init__.py").write_text("from asking import first, second\n")
    (tmp_path / "asking/first.py").write_text("import graphlib\n")
    (tmp_path / "asking/second.py").write_text("import graphlib\nSORTER = graphlib.TopologicalSorter\n")
    program = (
        "import sys; from types import ModuleType; from gateway.runtime.lean_import import lean_or_whole\n"
        "lean_or_whole({'graphlib': ModuleType('graphlib')}, lambda: __import__('asking'))\n"
        "import asking, graphlib\n"
        "assert asking.second.SORTER is graphlib.TopologicalSorter and asking.first.graphlib is graphlib"
    )
    subprocess.run(
        [sys.executable, "-c", program], check=True, timeout=60, env={**os.environ, "PYTHONPATH": str(tmp_path)}
    )


def test_what_is_not_there_at_all_is_missing_as_ever() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        lean_or_whole({"graphlib": None}, lambda: __import__("no_such_library"))
