"""A switch that answers nonsense, or nothing: the question ends, in words, and takes nobody with it."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.config.ports.snmp import SnmpAccess
from gateway.core.switch_port import cells_of
from gateway.ports.neighbours.switch_question import SwitchQuestions, SwitchUntold

ANSWERS = 12
_END = b"the test is over"


@pytest.fixture
def secret(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "secret").write_text("long-enough")
    (tmp_path / "secret").chmod(0o600)
    return {"file": str(tmp_path / "secret")}


@contextmanager
def spoilt_switch(seed: int) -> Iterator[int]:
    """Sends each question back as an answer, bytes of it changed, lost or added. Its port."""
    chance = random.Random(seed)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                question, asker = channel.recvfrom(65_535)
                if question == _END:
                    return
                answer = bytearray(question.replace(b"\xa0", b"\xa2", 1))
                for _ in range(chance.randrange(1, 4)):
                    at = chance.randrange(len(answer))
                    if chance.random() < 0.5:
                        answer[at] = chance.randrange(256)
                    else:
                        del answer[at:]
                    answer += bytes([0] if not answer else [])
                channel.sendto(bytes(answer), asker)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield int(channel.getsockname()[1])
        finally:
            channel.sendto(_END, channel.getsockname())
            serving.join(10)


@pytest.mark.parametrize("version", [2, 3])
def test_spoilt_answers_end_in_words(secret: dict[str, str], version: int) -> None:
    who = {"community": secret} if version == 2 else {"user": "a", "auth": secret, "privacy": secret}
    with spoilt_switch(version) as port:
        access = SnmpAccess.model_validate({"host": "127.0.0.1", "port": port, **who})
        said = [outcome(access) for _ in range(ANSWERS)]
    assert all(said)
    assert not [words for words in said if "long-enough" in words]
    assert set(said) - {"read"}


def outcome(access: SnmpAccess) -> str:
    """The words in which the question ended; `read`: it took what came for an answer."""
    try:
        values = SwitchQuestions(0.2).read(access, cells_of(3))
    except SwitchUntold as untold:
        return str(untold)
    return "read" if set(values) <= set(cells_of(3)) else ""


def test_a_question_can_be_given_up(secret: dict[str, str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        access = SnmpAccess.model_validate({"host": "127.0.0.1", "port": mute.getsockname()[1], "community": secret})
        questions, ended = SwitchQuestions(60.0), []

        def ask() -> None:
            try:
                questions.read(access, cells_of(1))
            except SwitchUntold as untold:
                ended.append(str(untold))

        asking = threading.Thread(target=ask)
        asking.start()
        mute.settimeout(30)
        mute.recv(1000)  # the child has asked
        began_s = time.monotonic()
        questions.give_up()
        asking.join(30)
        assert len(ended) == 1
        assert time.monotonic() - began_s < 20
