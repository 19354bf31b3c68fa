"""Whatever happens to a configuration file, loading returns a configuration or says what is wrong with the file.

Example files are changed at random: keys deleted, doubled, renamed, moved, values of other kinds put in, bytes damaged.
`CONFIG_MUTATIONS` sets how many are tried (10,000 take four minutes).
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gateway.config import load
from gateway.core.errors import ConfigError, Problem
from tests.support.shipped import EXAMPLES

SECRET = "s3cret-of-the-mutation-test"
pytestmark = pytest.mark.timeout(900)
MUTATIONS = int(os.environ.get("CONFIG_MUTATIONS", "40"))

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["5s", "NULL", "-", "sftp://u@h", "holding:70000", "4x:1", "../..", "mg/l", "999999999999d", "\ud800"]
    ),
    st.sampled_from([10**30, -1, 0, 65536, 2**63, float("inf")]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=MUTATIONS, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    example=st.sampled_from(EXAMPLES), seed=st.integers(0, 2**32), replacements=st.lists(values, min_size=1, max_size=4)
)
def test_changed_structure(example: Path, seed: int, replacements: list[object]) -> None:
    document = YAML(typ="safe", pure=True).load(example.read_text("utf-8"))
    random = Random(seed)
    for replacement in replacements:
        _mutate(document, replacement, random)
    text = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.allow_unicode = random.random() < 0.5
    writer.default_flow_style = random.random() < 0.5
    writer.dump(document, text)
    _survives(text.getvalue().encode("utf-8", "surrogatepass"))


@settings(max_examples=MUTATIONS, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    example=st.sampled_from(EXAMPLES),
    place=st.floats(0, 1, exclude_max=True),
    removed=st.integers(0, 40),
    inserted=st.binary(max_size=12) | st.text(alphabet=" \t\n-:#{}[]&*!|>'\"%@,?~\\<", max_size=12).map(str.encode),
)
def test_damaged_bytes(example: Path, place: float, removed: int, inserted: bytes) -> None:
    content = example.read_bytes()
    at = int(place * len(content))
    _survives(content[:at] + inserted + content[at + removed :])


@settings(max_examples=MUTATIONS, deadline=None, suppress_health_check=list(HealthCheck))
@given(example=st.sampled_from(EXAMPLES), seed=st.integers(0, 2**32))
def test_shuffled_lines(example: Path, seed: int) -> None:
    random = Random(seed)
    lines = example.read_bytes().splitlines(keepends=True)
    for _ in range(random.randint(1, 4)):
        line = lines.pop(random.randrange(len(lines)))
        if random.random() < 0.7:
            lines.insert(random.randrange(len(lines)), line * random.randint(1, 2))
    _survives(b"".join(lines))


def _survives(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.yaml"
        file.write_bytes(content)
        for check_secrets in (
            True,
            False,
        ):  # the first reads them; the second gets to the end where their files are missing
            problems, shown = _outcome(file, check_secrets)
            for problem in problems:
                assert str(problem).isprintable()  # one line each, and nothing that a terminal acts upon
                shown += str(problem)
            assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)
            assert shown
            assert SECRET not in shown


def _outcome(file: Path, check_secrets: bool) -> tuple[tuple[Problem, ...], str]:
    """What is wrong or odd, and the configuration as shown if there is one."""
    try:
        configuration = load(file, {"SO_TNMT_PASSWORD": SECRET, "BO_TNMT_PASSWORD": SECRET}, check_secrets)
    except ConfigError as error:
        return error.problems, ""
    return configuration.warnings, configuration.model_dump_json() + repr(configuration)


def _mutate(document: Any, replacement: object, random: Random) -> None:
    """One change somewhere in the document, in place."""
    places = list(_places(document))
    if not places:
        return
    container, key = random.choice(places)
    match random.randrange(5):
        case 0:
            container[key] = replacement
        case 1:
            del container[key]
        case 2 if isinstance(container, dict):
            container[str(key)[:-1] + random.choice("xyz_")] = container.pop(key)
        case 3 if isinstance(container, list):
            container.append(container[key])
        case 4:
            other, other_key = random.choice(places)
            container[key] = other[other_key] if not _holds(other[other_key], container) else replacement
        case _:
            container[key] = str(container[key])


def _places(value: Any) -> Any:
    """Every container with every key in it."""
    entries = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, inner in entries:
        yield value, key
        yield from _places(inner)


def _holds(value: Any, container: object) -> bool:
    """Whether putting `value` into the container would make it contain itself."""
    return value is container or any(inner[key] is container for inner, key in _places(value))
