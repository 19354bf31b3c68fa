"""The configuration that the daemon gets from a child process is the one that is in the file, and costs less."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from gateway.config import load
from gateway.config.configuration import Sections
from gateway.config.instruments.sdi12 import Sdi12Status
from gateway.core.errors import ConfigError, GatewayError
from gateway.runtime.load_in_child import load_in_child, made_in_child
from tests.support.shipped import EXAMPLES

STATIONS = [*EXAMPLES, Path(__file__).parents[2] / "fixtures/configuration/every-section.yaml"]
NEVER_THERE = {Sections, Sdi12Status}
"""The one is what all of them are in; the other is refused wherever it stands."""
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


@pytest.mark.parametrize("example", STATIONS, ids=lambda example: example.stem)
def test_without_pydantic_every_section_says_the_same(example: Path) -> None:
    program = [sys.executable, "-m", "tests.support.shown_sections", str(example)]
    lean, whole = (
        json.loads(subprocess.run([*program, *more], capture_output=True, text=True, check=True).stdout)
        for more in ([], ["--pydantic"])
    )
    assert {place: (lean[place], said) for place, said in whole.items() if lean[place] != said} == {}
    assert lean.keys() == whole.keys()


def test_between_them_the_stations_have_every_section() -> None:
    there = {kind for one in STATIONS for kind in _models_in(load(one, check_secrets=False))}
    assert set(_models_of(Sections, set())) - there - NEVER_THERE == set()


def _models_in(value: object) -> Iterator[type]:
    if isinstance(value, BaseModel):
        yield type(value)
        for name in type(value).model_fields:
            yield from _models_in(getattr(value, name))
    elif isinstance(value, Mapping | tuple | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _models_in(one)


def _models_of(annotation: Any, known: set[type]) -> set[type]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in known:
        known.add(annotation)
        for field in annotation.model_fields.values():
            _models_of(field.annotation, known)
    for one in get_args(annotation):
        _models_of(one, known)
    return known


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


def test_a_child_that_comes_to_nothing_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    def make() -> tuple[object, ...]:
        raise ZeroDivisionError("nobody foresaw it")

    with pytest.raises(GatewayError, match="ended before its time"):
        made_in_child(make)
    assert "nobody foresaw it" in capfd.readouterr().err


def test_while_the_child_reads_this_process_goes_on() -> None:
    done: list[str] = []
    assert made_in_child(lambda: (len(done),), lambda: done.append("imported")) == (0,)
    assert done == ["imported"]
