"""The configuration that the daemon gets from a child process is the one that is in the file, and costs less."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import load
from gateway.core.errors import ConfigError
from gateway.runtime.load_in_child import load_in_child
from tests.support.shipped import EXAMPLES

LEAN = """\
import sys
from pathlib import Path
from gateway.runtime.load_in_child import load_in_child
import gateway.app.daemon
configuration = load_in_child(Path(sys.argv[1]))
configuration.aggregations, configuration.derivation.steps, configuration.finding_rules
print(*(name for name in sys.modules if name.split(".")[0] == "ruamel"))
"""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_it_is_the_same_in_every_respect(example: Path) -> None:
    here, there = load(example), load_in_child(example)
    assert there == here
    assert (there.aggregations, there.derivation, there.finding_rules) == (
        here.aggregations,
        here.derivation,
        here.finding_rules,
    )
    assert (there.file, there.warnings, there.sent) == (here.file, here.warnings, here.sent)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_without_pydantic_every_section_says_the_same(example: Path) -> None:
    program = [sys.executable, "-m", "tests.support.shown_sections", str(example)]
    lean, whole = (
        json.loads(subprocess.run([*program, *more], capture_output=True, text=True, check=True).stdout)
        for more in ([], ["--pydantic"])
    )
    assert {place: (lean[place], said) for place, said in whole.items() if lean[place] != said} == {}
    assert lean.keys() == whole.keys()


def test_what_is_wrong_with_it_is_said_as_ever(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text("station: {kind: pond}\nlinks: 7\n", encoding="utf-8")
    with pytest.raises(ConfigError) as here:
        load(file)
    with pytest.raises(ConfigError) as there:
        load_in_child(file)
    assert there.value.problems == here.value.problems


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_the_daemon_is_spared_the_reader(example: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LEAN, str(example)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
