"""What `./test --again` forgives: a test that fails and then passes. Never a pytest that broke down, nor a crash. And
which tests its phases run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.suite import MOST_FORGIVEN, Outcome, Run, once_more
from tests.support.debian import CACHE

FAILS_ONCE = """
from pathlib import Path
def test_it():
    seen = Path(__file__).with_suffix(".seen")
    was_seen = seen.exists()
    seen.touch()
    assert was_seen
def test_well():
    pass
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """In the project: what lies elsewhere has no name there."""
    CACHE.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=CACHE, prefix="suite-") as made:
        yield Path(made)


def run(folder: Path, content: str, *arguments: str) -> Outcome:
    file = folder / "test_of_the_suite.py"
    file.write_text(content, "utf-8")
    return Run([str(file), "-p", "no:cacheprovider", *arguments], quiet=True).wait()


def test_what_passes_when_run_again_is_told_by_name(folder: Path) -> None:
    found = run(folder, FAILS_ONCE)
    [failed] = found.failed
    assert failed.endswith("test_of_the_suite.py::test_it")
    assert found.counts == {"passed": 1, "failed": 1}
    assert once_more(found) == (True, [failed])


def test_what_fails_again_has_failed(folder: Path) -> None:
    found = run(folder, "def test_it():\n    assert False\n")
    assert once_more(found) == (False, [])


@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        ("import os\ndef test_it():\n    os._exit(1)\n", ()),
        ("import os\ndef test_it():\n    os._exit(1)\n", ("-n", "1")),
        ("def test_it():\n    assert False\nimport no_such_module\n", ()),
    ],
    ids=["crash", "crash of a worker", "not importable"],
)
def test_a_pytest_that_breaks_down_is_not_run_again(content: str, arguments: tuple[str, ...], folder: Path) -> None:
    found = run(folder, content, *arguments)
    assert not found.is_complete
    assert once_more(found) == (False, [])


def test_many_failures_are_no_accident() -> None:
    assert once_more(Outcome(failed=["test"] * (MOST_FORGIVEN + 1))) == (False, [])


def test_what_is_thorough_is_left_out_of_every_phase_and_runs_when_somebody_asks_for_it(folder: Path) -> None:
    content = "import pytest\n@pytest.mark.thorough\ndef test_all(): pass\ndef test_one(): pass\n"
    assert run(folder, content, "--phase", "timed").counts == {"passed": 1}
    assert run(folder, content).counts == {"passed": 2}


def test_a_test_that_would_run_in_no_phase_is_told(folder: Path) -> None:
    """A phase imports only files that name its mark or its run."""
    conftest = "import pytest\n@pytest.fixture\ndef crashes(): pass\n@pytest.fixture\ndef seen(crashes): pass\n"
    (folder / "conftest.py").write_text(conftest, "utf-8")
    assert run(folder, "def test_it(crashes): pass\n", "--phase", "live").counts == {"passed": 1}
    assert not run(folder, "def test_it(seen): pass\n", "--phase", "timed").is_complete
