"""The question to a door against real sockets: open, closed, mute, no network, no name; and that it is gentle."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from gateway.core.door_answer import DoorReply
from gateway.ports.neighbours.door_question import DoorQuestions
from gateway.runtime.lookup import Address, Lookup


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def reply(host: str, number: int, within_s: float = 2.0) -> DoorReply | None:
    answer = DoorQuestions(within_s).ask(host, number)
    return None if answer is None else answer.reply


def test_an_open_door_answers_and_hears_nothing(listener: socket.socket) -> None:
    listener.settimeout(10)
    assert reply("127.0.0.1", listener.getsockname()[1]) is DoorReply.OPEN
    client, _ = listener.accept()
    with client:
        client.settimeout(10)
        assert client.recv(100) == b""
    listener.settimeout(0.1)
    with pytest.raises(TimeoutError):  # one connection, no second
        listener.accept()


def test_a_closed_door_refuses(listener: socket.socket) -> None:
    number = listener.getsockname()[1]
    listener.close()
    assert reply("127.0.0.1", number) is DoorReply.REFUSED


def test_a_mute_door_stays_silent_and_can_be_given_up() -> None:
    with socket.socket() as mute, socket.socket() as first, socket.socket() as second:
        mute.bind(("127.0.0.1", 0))
        mute.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(mute.getsockname())
        number = mute.getsockname()[1]
        assert reply("127.0.0.1", number, 0.3) is DoorReply.SILENT
        questions = DoorQuestions(60)
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.append(questions.ask("127.0.0.1", number)))
        asking.start()
        asking.join(0.3)
        assert asking.is_alive()
        questions.give_up()
        asking.join(10)
        assert answers == [None]


@pytest.mark.parametrize("turn", [1, -1])
def test_an_address_that_cannot_be_asked_hides_no_answer_of_another(
    turn: int, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with an address of IPv4 and one of IPv6, on a box that has a way to the first alone."""
    number = listener.getsockname()[1]
    stream = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    there: Address = (socket.AF_INET, *stream, ("127.0.0.1", number))
    nowhere: Address = (socket.AF_INET6, *stream, ("fe80::1", number, 0, 0))  # of no interface
    monkeypatch.setattr(Lookup, "addresses", lambda *_: [there, nowhere][::turn])
    assert reply("logger.example", number) is DoorReply.OPEN
    listener.close()
    assert reply("logger.example", number) is DoorReply.REFUSED


def test_a_name_that_nobody_knows_tells_nothing() -> None:
    answer = DoorQuestions().ask("nobody.invalid", 502)
    assert answer is not None
    assert answer.reply is DoorReply.NOT_TOLD
    assert "looked up" in answer.words


def test_a_question_never_takes_itself_for_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port of our own machine, free, and given to the question itself: TCP lets it meet itself."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
    plain = socket.socket.connect

    def from_the_same_port(self: socket.socket, place: tuple[str, int]) -> None:
        self.bind(place)
        plain(self, place)

    monkeypatch.setattr(socket.socket, "connect", from_the_same_port)
    assert reply("127.0.0.1", number) is DoorReply.REFUSED


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a network of its own")
def test_without_a_network_nothing_is_told() -> None:
    program = (
        "from gateway.ports.neighbours.door_question import DoorQuestions;"
        "print(DoorQuestions(1).ask('192.0.2.1', 502).reply.name)"
    )
    said = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout.strip() == "NOT_TOLD"
