"""A command forked off a loaded program does what one does that a person starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.live.warm_command import WarmCommand

CONFIG = "config/wastewater.yaml"


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmCommand]:
    made = WarmCommand()
    yield made
    made.close()


def cold(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "gateway", *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [("--version",), ("nope",), ("limits", "--config", CONFIG), ("read", "nobody")])
def test_it_says_and_returns_the_same(warm: WarmCommand, words: tuple[str, ...]) -> None:
    one, other = warm.run(words, 60), cold(*words)
    assert (one.returncode, one.stdout, one.stderr) == (other.returncode, other.stdout, other.stderr)


def test_it_has_the_environment_of_now(warm: WarmCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_CONFIG", "nowhere.yaml")
    assert "nowhere.yaml" in warm.run(["limits"], 60).stderr


def test_one_that_takes_too_long_is_ended_and_the_next_one_runs(warm: WarmCommand) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run(["limits", "--config", CONFIG], 0.001)
    assert warm.run(["--version"], 60).returncode == 0


def test_it_does_not_fit_where_a_process_would_inherit_something_else(
    warm: WarmCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert warm.fits()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert not warm.fits()
    monkeypatch.undo()
    known = os.umask(0o077)
    try:
        assert not warm.fits()
    finally:
        os.umask(known)
    assert warm.fits()
