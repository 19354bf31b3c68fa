"""Whatever stands in a file of answers or behind `--set`: `gateway init` ends with a word and an exit code, writes a
configuration only where all is well, and never over what is there."""

from __future__ import annotations

import io
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.core.errors import GatewayError
from tests.property.test_given_answers import SOUND, paths
from tests.support.examples import examples

JUNK = st.sampled_from(
    [
        None, True, -1, 70_000, 10**30, float("nan"), "", "-", "\u202e", "x" * 3000, [], {}, [1, {}], {"env": "A"},
        {"file": "/"}, {"from_file": "/nowhere"}, {"from_environment": "NO"}, "serial", "wss", "/dev/zero", "a: b",
    ]
)  # fmt: skip
SETTINGS = st.sampled_from(
    [
        "destinations.1.password.from_file=/etc/hostname", "destinations.1.password=x", "links.plc.port=[", "links=3",
        "instruments.9.name=a", "station.code", "=", "destinations.0.url=x", "alerts.1.webhook=x", "station=\udcff",
    ]
)  # fmt: skip
Changes = list[tuple[tuple[Any, ...], Any, bool]]


@settings(deadline=None, max_examples=examples(8), suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from(paths(SOUND)), JUNK, st.booleans()), min_size=1, max_size=3),
    st.lists(SETTINGS, max_size=2),
    st.binary(max_size=3),
    st.booleans(),
)
@example([(("destinations",), {"env": "A"}, False)], ["destinations.1.password.from_file=/etc/hostname"], b"", False)
def test_nothing_breaks_and_nothing_is_written_over(
    changes: Changes, given_settings: list[str], behind: bytes, is_there: bool
) -> None:
    with TemporaryDirectory() as folder:
        answers, configuration = Path(folder) / "answers.yaml", Path(folder) / "etc" / "gateway.yaml"
        secret = configuration.parent / "secrets" / "m"
        secret.parent.mkdir(parents=True)
        secret.write_text("old")
        if is_there:
            configuration.write_text("precious")
        answers.write_bytes(_text(changes) + behind)
        ended = _init(answers, configuration, given_settings)
        assert ended.exception is None or isinstance(ended.exception, SystemExit | GatewayError), ended.exception
        assert secret.read_text() == "old"
        if is_there:
            assert configuration.read_text() == "precious"
        else:
            assert configuration.exists() == (ended.exit_code == 0)
        left = {one.name for one in configuration.parent.rglob("*") if one.is_file()}
        assert ended.exit_code == 0 or left <= {"gateway.yaml", "m"}


def _init(answers: Path, configuration: Path, given_settings: list[str]) -> Any:
    said = [part for one in given_settings for part in ("--set", one)]
    return CliRunner().invoke(app, ["init", "--yes", "--answers", str(answers), "-c", str(configuration), *said])


def _text(changes: Changes) -> bytes:
    content: Any = deepcopy(SOUND)
    for path, junk, is_removed in changes:
        place = content
        for part in path[:-1]:
            place = place[part] if part in _keys(place) else None
        if path[-1] in _keys(place):
            if is_removed:
                del place[path[-1]]
            else:
                place[path[-1]] = junk
    written = io.StringIO()
    YAML(typ="safe", pure=True).dump(content, written)
    return written.getvalue().encode("utf-8", "surrogatepass")


def _keys(place: Any) -> list[Any]:
    return list(place) if isinstance(place, dict) else list(range(len(place))) if isinstance(place, list) else []
