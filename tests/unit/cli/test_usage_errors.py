"""What was wrong with a command line is told with the argument that it is about, in each language."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app


@pytest.mark.parametrize(
    ("language", "told"), [("vi", "gateway: name: hãy dùng chữ"), ("en", "Invalid value for name")]
)
def test_a_key_of_two_words(language: str, told: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["-l", language, "keys", "new", "a b", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert told in done.output
    assert list(tmp_path.iterdir()) == []
