"""What the page gets of a child process is what is in the file, and it costs the page neither pydantic nor a reader."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import Configuration, Language, load
from gateway.config.builtin_tables.names import symbol_names
from gateway.texts import texts_in
from tests.support.shipped import EXAMPLES

RECEIVED = """\
import pickle, sys
from pathlib import Path
from gateway.web.received import receive
configuration = receive(Path(sys.argv[1]))
import gateway.web.station_page
import gateway.web.api.openapi
from gateway.config.builtin_tables.names import symbol_names
from gateway.texts import texts_in
texts = {one.language: one.by_key for one in map(texts_in, type(configuration.station.language))}
roots = {name.split(".")[0] for name in sys.modules}
heavy = sorted(roots & {"pydantic_core", "ruamel", "typer", "docx", "openpyxl", "cryptography"})
meant = configuration.aggregations, configuration.derivation, configuration.finding_rules, configuration.fingerprints
sys.stdout.buffer.write(pickle.dumps((configuration, meant, symbol_names(), texts, heavy)))
"""


def received(file: Path) -> tuple[Configuration, tuple[object, ...], object, object, list[str]]:
    done = subprocess.run([sys.executable, "-c", RECEIVED, str(file)], capture_output=True, check=True)
    made: tuple[Configuration, tuple[object, ...], object, object, list[str]] = pickle.loads(done.stdout)  # noqa: S301
    return made


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_it_is_the_same_in_every_respect(example: Path) -> None:
    here = load(example)
    there, meant, names, texts, heavy = received(example)
    assert there == here
    assert there.model_dump() == here.model_dump()
    assert (there.file, there.warnings, there.sent) == (here.file, here.warnings, here.sent)
    assert meant == (here.aggregations, here.derivation, here.finding_rules, here.fingerprints)
    assert [one.by for line in there.sent for one in line.limit] == [one.by for line in here.sent for one in line.limit]
    assert names == symbol_names()
    assert texts == {one: texts_in(one).by_key for one in Language}
    assert heavy == []
