"""What is left out of an import is left out of that one alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gateway.runtime.lean_import import without


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
