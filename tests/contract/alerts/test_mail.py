"""Mail to a real SMTP server, and to some that are none: encrypted or not at all, in Vietnamese, with nobody's words in
its heads; each refusal with what is to be done about it."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.alerts.mail import MailAccount, MailTeller
from gateway.alerts.server_connection import TlsTrust
from gateway.config.alerts.mail import MailTls
from gateway.core.errors import DeliveryDeferred, DeliveryRefused, DestinationRejected
from gateway.runtime.clock import SystemClock
from tests.support.alert_message import MESSAGE
from tests.support.certificates import Authority, ServerCertificate
from tests.support.mail_server import MailRules, mail_server
from tests.support.odd_login import greeting

PASSWORD = "mật-khẩu 8472"
USERS = {"gw": PASSWORD}
LONGEST_S = 1.5


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> ServerCertificate:
    return authority.issue("127.0.0.1")


def teller(
    port: int,
    trust: TlsTrust | None,
    security: MailTls = MailTls.STARTTLS,
    *,
    password: str | None = PASSWORD,
    to: tuple[str, ...] = ("truc@example.vn", "so@example.vn"),
    longest_s: float = LONGEST_S,
) -> MailTeller:
    account = MailAccount(
        host="127.0.0.1",
        port=port,
        security=security,
        user=None if password is None else "gw",
        password=None if password is None else lambda: password,
        sender="tram@example.vn",
        recipients=to,
        trust=trust or TlsTrust(),
    )
    return MailTeller(account, "Asia/Ho_Chi_Minh", SystemClock(), longest_s)


@pytest.mark.parametrize("security", [MailTls.STARTTLS, MailTls.IMPLICIT])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_mail_comes_encrypted_and_in_vietnamese(
    authority: Authority, certificate: ServerCertificate, security: MailTls, mechanism: str
) -> None:
    rules = MailRules(certificate, security is MailTls.IMPLICIT, USERS, (mechanism,))
    with mail_server(rules) as server:
        teller(server.port, TlsTrust(ca=authority.file), security).tell(MESSAGE)
    [mail] = server.mails
    assert mail["Subject"] == "[NUO001] Mất kết nối đến máy chủ nhận: so-tnmt"
    [sender] = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (MESSAGE.station_name, "tram@example.vn")
    assert mail["Message-ID"] == f"<{MESSAGE.id}@example.vn>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime.utcoffset() == timedelta(hours=7)
    assert mail.get_content().replace("\r\n", "\n") == f"{MESSAGE.text}\n"
    assert server.recipients == [["truc@example.vn", "so@example.vn"]]
    assert server.raw[0].isascii()
    assert max(len(line) for line in server.raw[0].split(b"\r\n")) <= 78
    assert server.greeted[-1] == "[127.0.0.1]"


def test_a_server_on_this_machine_may_do_without(caplog: pytest.LogCaptureFixture) -> None:
    with mail_server(MailRules()) as server:
        teller(server.port, None, MailTls.NONE, password=None).tell(MESSAGE)
    assert len(server.mails) == 1
    assert caplog.records == []


def test_nobody_gets_into_the_heads(authority: Authority) -> None:
    hostile = replace(
        MESSAGE,
        subject="Lỗi\r\nBcc: moi@example.vn\r\n\r\n<b>",
        station_name='Trạm"\r\nTo: moi@example.vn',
        station_code="NUO\n001",
        text="một\r\n.\r\nQUIT\r\n\x1b[31m\u202ehai",
    )
    with mail_server(MailRules()) as server:
        teller(server.port, None, MailTls.NONE, password=None).tell(hostile)
    [mail] = server.mails
    assert sorted(mail.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "MIME-Version"]
        + ["Content-Transfer-Encoding"]
    )
    assert server.recipients == [["truc@example.vn", "so@example.vn"]]
    assert "\\r\\nBcc: moi@example.vn" in mail["Subject"]
    assert mail["To"] == "truc@example.vn, so@example.vn"
    assert mail.get_content().replace("\r\n", "\n") == "một\\r\n.\\r\nQUIT\\r\n\\x1b[31m\\u202ehai\n"


@pytest.mark.parametrize(
    ("says", "error", "words"),
    [
        ({"MAIL": "451 try again later"}, DeliveryDeferred, "not now"),
        ({"MAIL": "550 5.7.1 not your address"}, DestinationRejected, "correct from:"),
        (
            {"truc@example.vn": "550 no such user", "so@example.vn": "550 no such user"},
            DestinationRejected,
            "takes no mail for any of the addresses in to:",
        ),
        (
            {"truc@example.vn": "450 greylisted", "so@example.vn": "550 no such user"},
            DeliveryDeferred,
            "450 greylisted",
        ),
        ({"DATA": "452 mailbox full"}, DeliveryDeferred, "452 mailbox full"),
        ({"DATA": "554 5.7.1 spam"}, DeliveryRefused, "does not take this mail"),
    ],
)
def test_what_the_server_refuses_says_what_is_to_be_done(
    says: dict[str, str], error: type[Exception], words: str
) -> None:
    with mail_server(MailRules(says=says)) as server, pytest.raises(error, match=words) as failure:
        teller(server.port, None, MailTls.NONE, password=None).tell(MESSAGE)
    assert type(failure.value) is error
    assert server.mails == []


def test_an_address_that_is_refused_keeps_it_from_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    with mail_server(MailRules(says={"truc@example.vn": "550 no such user"})) as server:
        teller(server.port, None, MailTls.NONE, password=None).tell(MESSAGE)
    assert server.recipients == [["so@example.vn"]]
    [record] = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert "truc@example.vn refused" in record.getMessage()


def test_a_wrong_password_is_told_and_stands_nowhere(
    authority: Authority, certificate: ServerCertificate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="gateway")
    with mail_server(MailRules(certificate, users={"gw": "another"})) as server:
        there = teller(server.port, TlsTrust(ca=authority.file))
        with pytest.raises(DestinationRejected, match="does not let us in .*535") as refused:
            there.tell(MESSAGE)
        with pytest.raises(DestinationRejected, match="does not let us in"):
            there.log_in()
    assert PASSWORD not in str(refused.value) + caplog.text


def test_the_log_in_alone_can_be_tried(authority: Authority, certificate: ServerCertificate) -> None:
    with mail_server(MailRules(certificate, users=USERS)) as server:
        teller(server.port, TlsTrust(ca=authority.file)).log_in()
    assert server.mails == []


def test_a_server_that_cannot_prove_itself_gets_neither_password_nor_mail(
    authority: Authority, certificate: ServerCertificate, tmp_path: Path
) -> None:
    strange = TlsTrust(ca=Authority(tmp_path / "other").file)
    for is_implicit, security in ((False, MailTls.STARTTLS), (True, MailTls.IMPLICIT)):
        with mail_server(MailRules(certificate, is_implicit, USERS)) as server:
            with pytest.raises(DestinationRejected, match="certificate is not trusted"):
                teller(server.port, strange, security).tell(MESSAGE)
            assert server.mails == []
    expired = authority.issue("127.0.0.1", valid_from=timedelta(days=-2), valid_for=timedelta(days=1))
    with (
        mail_server(MailRules(expired, users=USERS)) as server,
        pytest.raises(DestinationRejected, match="has expired"),
    ):
        teller(server.port, TlsTrust(ca=authority.file)).tell(MESSAGE)


def test_without_starttls_nothing_is_told(authority: Authority) -> None:
    with (
        mail_server(MailRules()) as server,
        pytest.raises(DestinationRejected, match=r"offers no STARTTLS.*465, tls: implicit"),
    ):
        teller(server.port, TlsTrust(ca=authority.file)).tell(MESSAGE)
    assert server.mails == []


def test_what_was_said_before_starttls_is_forgotten(authority: Authority, certificate: ServerCertificate) -> None:
    """Whoever is in between may put answers behind the one to STARTTLS (CVE-2011-0411)."""
    heard: list[bytes] = []
    with (
        _scripted(
            b"220 mail\r\n",
            b"250-mail\r\n250 STARTTLS\r\n",
            b"220 go on\r\n250-injected\r\n250 AUTH LOGIN\r\n",
            heard=heard,
        ) as port,
        pytest.raises(DeliveryDeferred),
    ):
        teller(port, TlsTrust(ca=authority.file)).tell(MESSAGE)
    assert b"AUTH" not in b"".join(heard)


def test_a_server_with_no_way_to_log_in_is_a_persons_matter(
    authority: Authority, certificate: ServerCertificate
) -> None:
    with (
        mail_server(MailRules(certificate, users=USERS, mechanisms=())) as server,
        pytest.raises(DestinationRejected, match="no log-in by PLAIN or LOGIN"),
    ):
        teller(server.port, TlsTrust(ca=authority.file)).tell(MESSAGE)


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (b"421 too busy\r\n", DeliveryDeferred, "not now"),
        (b"554 go away\r\n", DestinationRejected, "does not serve us"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", DestinationRejected, "this is no mail server"),
        (b"\xff\xfe\x00\x01\r\n", DestinationRejected, "this is no mail server"),
        (b"220 " + b"x" * 20_000 + b"\r\n", DestinationRejected, "Line too long"),
        (b"220-and more\r\n" * 8000, DestinationRejected, "talks without end"),
        (b"", DeliveryDeferred, "closed the connection"),
        (b"22", DestinationRejected, "this is no mail server"),
        (b"22\r\n", DestinationRejected, "this is no mail server"),
    ],
)
def test_whatever_answers_is_told_in_words(said: bytes, error: type[Exception], words: str) -> None:
    with greeting(said) as port, pytest.raises(error, match=words) as failure:
        teller(port, None, MailTls.NONE).tell(MESSAGE)
    assert type(failure.value) is error
    assert str(failure.value).isprintable()
    assert PASSWORD not in str(failure.value)


def test_a_server_that_takes_its_time_is_given_up() -> None:
    clock = SystemClock()
    for server in (greeting(b"220 mail\r\n", closes=False), mail_server(MailRules(waits_s=20))):
        with server as there:
            port = there if isinstance(there, int) else there.port
            began_s = clock.now().mono_s
            with pytest.raises(DeliveryDeferred, match=r"not done within 1\.5 s"):
                teller(port, None, MailTls.NONE, password=None).tell(MESSAGE)
            assert clock.now().mono_s - began_s < LONGEST_S + 1


def test_it_can_be_called_off() -> None:
    failures: list[str] = []
    with greeting(b"220 mail\r\n", closes=False) as port:
        slow = teller(port, None, MailTls.NONE, password=None, longest_s=60)

        def run() -> None:
            try:
                slow.tell(MESSAGE)
            except DeliveryDeferred as error:
                failures.append(str(error))

        thread = threading.Thread(target=run)
        thread.start()
        slow.abort()
        thread.join(5)
    assert [failure for failure in failures if "interrupted" in failure]


@contextmanager
def _scripted(*answers: bytes, heard: list[bytes]) -> Iterator[int]:
    """One connection: the first at once, each further one after something was heard; then it listens, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection = listener.accept()[0]
                with connection:
                    connection.settimeout(3)
                    connection.sendall(answers[0])
                    for answer in answers[1:]:
                        heard.append(connection.recv(4096))
                        connection.sendall(answer)
                    heard.append(connection.recv(4096))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)
