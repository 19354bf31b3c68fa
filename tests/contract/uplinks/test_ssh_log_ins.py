"""What servers answer to a log-in, or in place of SSH, each told as what it is: ours to wait, or a person's to do."""

from __future__ import annotations

import pytest

from gateway.core.errors import Crowded, DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Parcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sftp.login import SshAccount
from gateway.uplinks.sftp.session import SftpServer
from gateway.uplinks.sftp.uplink import SftpUplink
from gateway.uplinks.timeouts import Timeouts
from tests.support.odd_login import PASSWORD, USER, LoginOddity, greeting, odd_login

PARCEL = Parcel("2026/01/01", "a.txt", b"content")


def failure(port: int, host_key: str = "SHA256:" + "A" * 43) -> DeliveryError:
    uplink = uplink_to(port, host_key)
    try:
        return failure_of(uplink)
    finally:
        uplink.close()


def failure_of(uplink: SftpUplink) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        list(uplink.deliver([PARCEL]))
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    return caught.value


def uplink_to(port: int, host_key: str) -> SftpUplink:
    account = SshAccount(USER, (host_key,), lambda: PASSWORD)
    clock = SystemClock()
    return SftpUplink(
        SftpServer("127.0.0.1", port, "/", account),
        clock=clock,
        pool=ConnectionPool(2, clock),
        urgent=True,
        timeouts=Timeouts(connect_s=3, answer_s=3),
    )


@pytest.mark.parametrize(
    ("oddity", "words"),
    [
        (LoginOddity(), "refuses user nuo001 with this password; check both"),
        (
            LoginOddity(change_asked="Password change required. New password:"),
            "to change the password (Password change",
        ),
        (LoginOddity(change_asked=""), "to change the password (without a word)"),
        (LoginOddity(banner="This account is disabled."), "open the account again"),
        (LoginOddity(banner="Your password has expired!\r\n"), "has expired"),
        (LoginOddity(banner=f"You said {PASSWORD}"), "You said ***"),
        (LoginOddity(disconnects=(2, "Too many authentication failures")), "Too many authentication failures"),
        (LoginOddity(disconnects=(14, "No more")), "refuses user nuo001"),
        (LoginOddity(disconnects=(11, "Account locked until Monday")), "open the account again"),
        (LoginOddity(disconnects=(11, "Tài khoản đã hết hạn")), "has expired"),
        (LoginOddity(disconnects=(15, "")), "refuses user nuo001"),
        (LoginOddity(questions=[[("Password: ", False)], [("New password: ", False)]]), "to change the password"),
        (LoginOddity(questions=[[("Password: ", False)], [("Code from your telephone: ", False)]]), "cannot answer"),
        (LoginOddity(questions=[[("Password: ", False), ("Code: ", False)]]), "cannot answer"),
        (LoginOddity(allows="publickey,hostbased"), "it offers: publickey, hostbased"),
        (LoginOddity(then_wants="keyboard-interactive"), "asks for more (keyboard-interactive)"),
    ],
    ids=str,
)
def test_a_verdict_is_one_try_and_says_what_to_do(oddity: LoginOddity, words: str) -> None:
    with odd_login(oddity) as server:
        error = failure(server.port, server.host_key)
        assert isinstance(error, DestinationRejected)
        assert words in str(error)
        assert not error.after_login
        assert server.log_ins <= 1


def test_a_new_password_is_never_given() -> None:
    with odd_login(LoginOddity(questions=[[("Password: ", False)], [("New password: ", False)]])) as server:
        failure(server.port, server.host_key)
        assert server.answers == [[PASSWORD]]


@pytest.mark.parametrize(
    ("disconnects", "kind"),
    [
        ((12, "Too many connections"), Crowded),
        ((11, "Maximum number of sessions reached for this user"), Crowded),
        ((11, "Server shutting down"), DeliveryDeferred),
        ((7, "Service not available"), DeliveryDeferred),
    ],
)
def test_a_server_without_room_gives_no_verdict(disconnects: tuple[int, str], kind: type[DeliveryDeferred]) -> None:
    with odd_login(LoginOddity(disconnects=disconnects)) as server:
        error = failure(server.port, server.host_key)
        assert type(error) is kind
        assert isinstance(error, DeliveryDeferred)
        assert error.by_server
        assert disconnects[1] in str(error)


def test_an_end_without_a_word_is_the_line() -> None:
    with odd_login(LoginOddity(hangs_up=True)) as server:
        error = failure(server.port, server.host_key)
        assert isinstance(error, DeliveryDeferred)
        assert not error.by_server


def test_an_end_without_a_word_at_each_log_in_is_an_answer() -> None:
    oddity = LoginOddity(hangs_up=True)
    with odd_login(oddity) as server:
        uplink = uplink_to(server.port, server.host_key)
        kinds = [type(failure_of(uplink)) for _ in range(5)]
        assert kinds == [DeliveryDeferred] * 2 + [DestinationRejected] * 3
        assert "without a word" in str(failure_of(uplink))
        oddity.hangs_up, oddity.lets_in = False, True
        assert "may not use SFTP" in str(failure_of(uplink)), "it let us in"
        oddity.hangs_up = True
        assert type(failure_of(uplink)) is DeliveryDeferred
        uplink.close()


def test_a_server_that_asks_for_the_password_is_answered() -> None:
    with odd_login(LoginOddity(questions=[[("Password: ", False)]], lets_in=True)) as server:
        assert "may not use SFTP" in str(failure(server.port, server.host_key)), "it let us in"
        assert server.answers == [[PASSWORD]]


FTP, WEB, MAIL = b"220 (vsFTPd 3.0.5)\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mx.example.vn ESMTP Postfix\r\n"


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize(
    ("words", "who"),
    [
        (FTP, "an FTP server"),
        (b"220-Welcome\r\n220 to Pure-FTPd\r\n", "an FTP server"),
        (WEB, "a web server"),
        (b"<html><body>400</body></html>", "a web server"),
        (MAIL, "a mail server"),
        (b"* OK IMAP4rev1\r\n", "a mail server"),
        (b"+OK POP3\r\n", "a mail server"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "TLS"),
        (b"\xff\xfd\x18\xff\xfd\x20", "telnet"),
        (b"RFB 003.008\n", "VNC"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_who_else_answers_there_is_named(words: bytes, who: str, closes: bool) -> None:
    with greeting(words, closes=closes, after_hearing=words.startswith((b"HTTP", b"\x15", b"<"))) as port:
        error = failure(port)
        assert isinstance(error, DestinationRejected)
        assert who in str(error)
        assert "port" in str(error)


def test_version_1_of_ssh_is_named() -> None:
    with greeting(b"SSH-1.5-Cisco-1.25\n", closes=False) as port:
        error = failure(port)
        assert isinstance(error, DestinationRejected)
        assert "version 1" in str(error)


@pytest.mark.parametrize(
    "words", [b"", b"Exceeded MaxStartups\r\n", b"Not allowed at this time\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"]
)
def test_what_an_ssh_server_may_say_is_no_stranger(words: bytes) -> None:
    with greeting(words) as port:
        assert isinstance(failure(port), DeliveryDeferred)
