"""Who listens, as the kernel says when asked: real sockets of this process, on free numbers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from gateway.config.ports.port_name import parse_port_id
from gateway.ports.listener_news import ListenerNews


class OnlyOurs(ListenerNews):
    """Other programs of this machine may begin to listen at any time: of them nothing is wanted."""

    def __init__(self, *numbers: int) -> None:
        super().__init__([parse_port_id(f"listen:udp:{number}") for number in numbers])
        self._numbers = numbers

    def _is_a_door(self, protocol: str, number: int, inode: int) -> bool:
        return number in self._numbers and super()._is_a_door(protocol, number, inode)


@pytest.fixture
def free_number() -> Iterator[int]:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_listener_that_begins_and_ends_is_news_both_times(family: socket.AddressFamily) -> None:
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    with closing(socket.socket(family)) as listener:
        listener.bind((host, 0))
        news = OnlyOurs(listener.getsockname()[1])
        assert news.has_changed(), "the first answer is news"
        assert not news.has_changed()
        listener.listen()
        assert news.has_changed()
        assert not news.has_changed()
    assert news.has_changed()


def test_a_udp_socket_of_a_clients_number_is_news_only_if_it_is_declared(free_number: int) -> None:
    declared, others = OnlyOurs(free_number), OnlyOurs(free_number)
    others._declared = set()
    assert (declared.has_changed(), others.has_changed()) == (True, True)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as door:
        door.bind(("127.0.0.1", free_number))
        assert (declared.has_changed(), others.has_changed()) == (free_number >= 0, free_number < 32768)


def test_it_can_be_asked_again_after_it_was_closed(free_number: int) -> None:
    news = OnlyOurs(free_number)
    assert news.has_changed()
    assert not news.has_changed()
    news.close()
    assert news.has_changed(), "nothing is remembered"
    news.close()


@pytest.mark.parametrize("answer", [b"", b"\0" * 8, b"\xff" * 20, b"\x10\0\0\0" + b"\0" * 12, b"\0" * 100])
def test_an_answer_that_makes_no_sense_is_none(answer: bytes) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with closing(ours), closing(theirs):
        theirs.setblocking(False)
        for _ in range(4):
            ours.send(answer)
        news = OnlyOurs()
        news._channel = theirs
        assert news.has_changed()
        news.close()


def test_a_kernel_that_does_not_tell_is_said_once_and_its_tables_are_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="gateway.ports")

    def refuse(*_: object) -> socket.socket:
        raise OSError(93, "Protocol not supported")

    monkeypatch.setattr("socket.socket", refuse)
    news = ListenerNews()
    assert [news.has_changed() for _ in range(3)] == [True, True, True]
    assert len(caplog.records) == 1
