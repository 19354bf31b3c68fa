"""The configuration read by a program of its own: what it says comes back, and it can be given up in the middle."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import psutil
import pytest

from gateway.core.errors import ConfigError, GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.load_apart import LoadApart

SOON_S = 60.0


def test_what_is_wrong_comes_back_as_it_was_said(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text("station: {name: Trạm}\n", "utf-8")
    with pytest.raises(ConfigError) as told:
        LoadApart()(file)
    assert all(isinstance(one.words, Phrase) and isinstance(one.wrong, Phrase) for one in told.value.problems)


def test_what_is_being_read_is_given_up_at_once_and_nothing_is_read_any_more(tmp_path: Path) -> None:
    """The file is a pipe that nobody writes into."""
    file = tmp_path / "gateway.yaml"
    os.mkfifo(file)
    apart, told = LoadApart(), list[GatewayError]()

    def read() -> None:
        with pytest.raises(GatewayError) as error:
            apart(file)
        told.append(error.value)

    reader = threading.Thread(target=read)
    before = set(psutil.Process().children())
    reader.start()
    while not set(psutil.Process().children()) - before:
        assert reader.is_alive()
    apart.give_up()
    reader.join(SOON_S)
    assert len(told) == 1
    assert not isinstance(told[0], ConfigError)
    assert not set(psutil.Process().children()) - before
    with pytest.raises(GatewayError, match="the gateway ends"):
        apart(file)
