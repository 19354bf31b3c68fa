"""What an FTP server says on its control connection, byte by byte."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.manner import Manner
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.control import ControlConnection, done
from gateway.uplinks.ftp.data import port_of
from gateway.uplinks.ftp.optimism import Optimisms
from gateway.uplinks.ftp.replies import FtpError, Reply, size_of
from gateway.uplinks.manners import Manners
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Timeouts


@contextmanager
def connected(says: bytes, optimisms: Optimisms | None = None) -> Iterator[tuple[ControlConnection, socket.socket]]:
    """A connection to a server that says this at once, and the server's end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        control = ControlConnection(
            Sockets(),
            Timeouts(connect_s=2, answer_s=2),
            SystemClock(),
            optimisms or Optimisms(Manners(SystemClock()), SystemClock()),
        )
        control.connect("127.0.0.1", listener.getsockname()[1])
        far, _ = listener.accept()
    with far:
        far.sendall(says)
        yield control, far
        control.close()


@pytest.mark.parametrize(
    ("says", "text"),
    [
        (b"200 ok\r\n", "200 ok"),
        (b"200 ok\n", "200 ok"),
        (b"220-one\r\n220-two\r\n220 three\r\n", "220-one\n220-two\n220 three"),
        (b"211-Features:\r\n SIZE\r\n 221 of another\r\n211 End\r\n", "211-Features:\n SIZE\n 221 of another\n211 End"),
        (b"550 Th\xe1ng\r\n", "550 Th\N{REPLACEMENT CHARACTER}ng"),
    ],
)
def test_a_reply_is_heard_whole(says: bytes, text: str) -> None:
    with connected(says) as (control, _):
        assert control.ask("NOOP") == Reply(text)


@pytest.mark.parametrize(
    "says",
    [
        b"421 bye\r\n",
        b"hello\r\n",
        b"\r\n",
        b"600 what\r\n",
        b"x" * 10_000 + b"\r\n",
        b"200-" + b"y" * 10_000,
        b"200-and more\r\n" * 1_000,
    ],
)
def test_what_is_no_reply_or_the_last_word_is_an_error(says: bytes) -> None:
    with connected(says) as (control, _), pytest.raises(FtpError):
        control.ask("NOOP")


def test_a_server_that_ends_in_the_middle_of_a_reply_has_not_answered() -> None:
    with connected(b"220-one\r\n220") as (control, far):
        far.shutdown(socket.SHUT_WR)
        with pytest.raises(EOFError):
            control.greet()


def test_a_command_never_holds_another() -> None:
    with connected(b"") as (control, _), pytest.raises(ValueError, match="line break"):
        control.ask("DELE a\r\nDELE b")


def test_several_commands_go_out_before_the_first_is_answered() -> None:
    with connected(b"350 to?\r\n250 done\r\n") as (control, far):
        assert [reply.code for reply in control.ask_all("RNFR a", "RNTO b")] == ["350", "250"]
        assert far.recv(100) == b"RNFR a\r\nRNTO b\r\n"
        assert control.pipelining.proven


def test_a_server_that_misunderstands_the_first_time_is_asked_one_by_one_from_then_on() -> None:
    optimisms = Optimisms(Manners(SystemClock()), SystemClock())
    with connected(b"350 to?\r\n", optimisms) as (control, far):
        far.shutdown(socket.SHUT_WR)
        with pytest.raises(EOFError):
            control.ask_all("RNFR a", "RNTO b")
    assert optimisms.suspend()
    assert not optimisms.several_commands.allowed
    optimisms.plain_worked()
    assert optimisms.manners.has(Manner.ONE_COMMAND)


def test_a_server_that_fails_the_plain_way_too_is_not_taken_for_slow() -> None:
    optimisms = Optimisms(Manners(SystemClock()), SystemClock())
    optimisms.several_commands.failed("hung up")
    assert optimisms.suspend()
    optimisms.plain_failed()
    assert optimisms.several_commands.allowed


def test_a_server_that_has_understood_once_may_fail_later() -> None:
    optimisms = Optimisms(Manners(SystemClock()), SystemClock())
    with connected(b"350 to?\r\n250 done\r\n", optimisms) as (control, far):
        control.ask_all("RNFR a", "RNTO b")
        far.shutdown(socket.SHUT_WR)
        with pytest.raises(EOFError):
            control.ask_all("RNFR a", "RNTO b")
    assert not optimisms.suspend()
    assert optimisms.several_commands.allowed


@pytest.mark.parametrize(
    ("says", "port"),
    [
        ("227 Entering Passive Mode (192,168,1,2,195,80).", 50_000),
        ("227 =10,0,0,1,0,21", 21),
        ("229 Entering Extended Passive Mode (|||6446|)", 6446),
        ("229 ok (!!!6446!)", 6446),
        ("229-a\n229 ok (|||6446|)", 6446),
    ],
)
def test_the_port_that_a_server_opens(says: str, port: int) -> None:
    assert port_of(Reply(says)) == port


@pytest.mark.parametrize(
    "says",
    [
        "200 ok",
        "227 no",
        "227 (1,2,3,4,0,0)",
        "227 (1,2,3,4,999,999)",
        "229 (|||0|)",
        "229 (|||99999|)",
        "229 (|||a|)",
        "229 (|||٦٤٤٦|)",
    ]
    + ["227 " + "1" * 8000, "229 (|||" + "9" * 8000 + "|)", "425 No free port"],
)
def test_what_is_no_port_is_an_error(says: str) -> None:
    with pytest.raises(FtpError):
        port_of(Reply(says))


@given(st.text(max_size=40))
def test_whatever_is_said_is_a_port_or_an_error(says: str) -> None:
    for reply in (Reply(says), Reply(f"227 {says}"), Reply(f"229 ({says})")):
        with contextlib.suppress(FtpError):
            assert 0 < port_of(reply) < 65_536


def test_sizes_are_plain_numbers_of_a_sensible_length() -> None:
    assert Reply("213 325").size == 325
    assert Reply("213  0 ").size == 0
    assert [Reply(says).size for says in ("213 -1", "213 5 5", "213", "213 " + "9" * 5000, "550 325")] == [None] * 5
    assert [Reply(says).size for says in ("213 ٣", "213 ３２５", "213 1_0", "213 ²")] == [None] * 4  # noqa: RUF001
    assert size_of("") is None


def test_only_what_was_carried_out_is_done() -> None:
    assert done(Reply("250 ok")) == Reply("250 ok")
    for says in ("150 go", "350 to?", "450 not now", "550 never"):
        with pytest.raises(FtpError, match=says[:3]):
            done(Reply(says))
