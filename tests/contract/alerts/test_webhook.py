"""A webhook against real web servers: signed, proven, never elsewhere; each refusal with what to do about it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.alerts.server_connection import TlsTrust
from gateway.alerts.webhook import Webhook, WebhookTeller, signature
from gateway.config.alerts.webhook import WebhookUrl, parse_webhook_url
from gateway.core.errors import DeliveryDeferred, DeliveryRefused, DestinationRejected
from gateway.runtime.clock import SystemClock
from gateway.uplinks.tls import fingerprint
from gateway.uplinks.tls_client import TlsClient
from tests.support.alert_message import MESSAGE
from tests.support.certificates import Authority
from tests.support.odd_login import greeting
from tests.support.webhook_server import (
    Reaction,
    WebhookServer,
    answers,
    drips,
    never_ends,
    status,
    webhook_server,
)

SECRET = "geheim-8472"
LONGEST_S = 1.0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def teller(server: WebhookServer | int, trust: TlsTrust | None = None, target: str = "/station") -> WebhookTeller:
    """`trust`: `None` for plain http."""
    port = server if isinstance(server, int) else server.port
    url = WebhookUrl(trust is not None, "127.0.0.1", port, target)
    return WebhookTeller(Webhook(lambda: url, lambda: SECRET, trust or TlsTrust()), SystemClock(), LONGEST_S)


def test_a_message_comes_signed_and_bears_the_same_name_each_time(authority: Authority) -> None:
    with webhook_server(authority.issue("127.0.0.1")) as server:
        there = teller(server, TlsTrust(ca=authority.file), "/station?of=NUO001")
        there.tell(MESSAGE)
        there.tell(MESSAGE)
    first, second = server.taken
    assert first.line == "POST /station?of=NUO001 HTTP/1.1"
    assert first.fields["host"] == f"127.0.0.1:{server.port}"
    assert first.fields["webhook-id"] == second.fields["webhook-id"] == MESSAGE.id
    assert first.body == second.body
    signed = f"{MESSAGE.id}.{first.fields['webhook-timestamp']}.".encode() + first.body
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert first.fields["webhook-signature"] == f"v1,{expected}"
    said = json.loads(first.body)
    assert (said["kind"], said["state"], said["station"]) == ("outage", "began", "NUO001")
    assert (said["station_name"], said["text"]) == (MESSAGE.station_name, MESSAGE.text)
    assert (said["began"], said["began_ms"], said["ended_ms"]) == ("2025-12-31T17:00:00Z", MESSAGE.began_ms, None)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # The example of the specification's libraries.
    secret, name, at_s = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    assert signature(secret, name, at_s, b'{"test": 2432232314}') == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    with pytest.raises(DestinationRejected, match="no base 64") as refused:
        signature("whsec_not-base-64!", name, at_s, b"")
    assert "not-base-64!" not in str(refused.value)


def test_on_this_machine_it_may_go_without_encryption() -> None:
    with webhook_server(None) as server:
        teller(server).tell(MESSAGE)
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("reaction", "error", "words"),
    [
        (status("302 Found", "Location: https://elsewhere.example.vn/"), DestinationRejected, "is not followed"),
        (status("308 Permanent Redirect", "Location: /x"), DestinationRejected, "write its new url"),
        (status("401 Unauthorized"), DestinationRejected, "is the secret the one that it has"),
        (status("404 Not Found"), DestinationRejected, "correct the url"),
        (status("410 Gone"), DestinationRejected, "410 Gone"),
        (status("413 Content Too Large"), DeliveryRefused, "does not take this message"),
        (status("422 Unprocessable", body=b"no such station"), DeliveryRefused, "422 Unprocessable: no such station"),
        (status("429 Too Many Requests"), DeliveryDeferred, "not now"),
        (status("500 Internal Server Error", body=b"<html>"), DeliveryDeferred, r"\(500 Internal Server Error\)"),
        (status("503 Busy", body=b"\x1b[31mback\r\nsoon"), DeliveryDeferred, r"503 Busy: \[31mback soon"),
        (answers(b""), DeliveryDeferred, "closed the connection"),
        (answers(b"HTTP/1.1 200 OK\r\n"), DeliveryDeferred, "closed the connection"),
        (answers(b"SSH-2.0-OpenSSH_9.2\r\n"), DestinationRejected, "this is no web server"),
        (answers(b"HTTP/1.1 abc\r\n\r\n"), DestinationRejected, "this is no web server"),
        (drips(b"HTTP/1.1 200 OK\r\n"), DeliveryDeferred, "not done within 1 s"),
        (lambda connection: threading.Event().wait(20), DeliveryDeferred, "not done within 1 s"),
        (
            never_ends(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 200),
            DestinationRejected,
            "this is no web server",
        ),
        (never_ends(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), DestinationRejected, "this is no web server"),
    ],
)
def test_what_the_server_answers_says_what_is_to_be_done(
    reaction: Reaction, error: type[Exception], words: str
) -> None:
    with webhook_server(None, reaction) as server:
        began_s = SystemClock().now().mono_s
        with pytest.raises(error, match=words) as failure:
            teller(server).tell(MESSAGE)
        assert SystemClock().now().mono_s - began_s < LONGEST_S + 1
    assert server.connections == 1
    assert type(failure.value) is error
    assert SECRET not in str(failure.value)
    assert str(failure.value).isprintable()


@pytest.mark.parametrize(
    "reaction",
    [
        status("200 OK", body=b"x" * 60_000),
        never_ends(b"HTTP/1.1 200 OK\r\n\r\n", b"and so on " * 1000),
        answers(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n"),
        answers(b"HTTP/1.0 200\r\n\r\n"),
    ],
)
def test_whatever_follows_a_good_answer_it_is_one(reaction: Reaction) -> None:
    with webhook_server(None, reaction) as server:
        teller(server).tell(MESSAGE)


def test_a_server_that_cannot_prove_itself_gets_nothing(authority: Authority, tmp_path: Path) -> None:
    good, other = authority.issue("127.0.0.1"), Authority(tmp_path / "other")
    expired = authority.issue("127.0.0.1", valid_from=timedelta(days=-2), valid_for=timedelta(days=1))
    wrong = [
        (good, TlsTrust(ca=other.file), "is not trusted"),
        (good, TlsTrust(), "is not trusted"),
        (expired, TlsTrust(ca=authority.file), r"expired\).*is the clock right"),
        (authority.issue("alerts.example.vn"), TlsTrust(ca=authority.file), "is not trusted"),
        (good, TlsTrust(pins=("SHA256:" + "A" * 43,)), 'write certificate: "SHA256:'),
    ]
    for certificate, trust, words in wrong:
        with webhook_server(certificate) as server:
            with pytest.raises(DestinationRejected, match=words):
                teller(server, trust).tell(MESSAGE)
            assert server.taken == []


def test_a_pinned_certificate_is_enough_whatever_its_name(authority: Authority) -> None:
    certificate = authority.issue("somebody.example.vn", valid_from=timedelta(days=-2), valid_for=timedelta(days=1))
    with webhook_server(certificate) as server:
        teller(server, TlsTrust(pins=(_pin(certificate.certificate),))).tell(MESSAGE)
    assert len(server.taken) == 1


def test_a_server_may_ask_for_our_certificate(authority: Authority, tmp_path: Path) -> None:
    ours = authority.issue("NUO001", for_clients=True)
    client = TlsClient(ours.certificate, ours.key, ours.key.read_text)
    certificate = authority.issue("127.0.0.1")
    with webhook_server(certificate, wants_client_of=authority.file) as server:
        teller(server, TlsTrust(ca=authority.file, client=client)).tell(MESSAGE)
        assert len(server.taken) == 1
        with pytest.raises(DestinationRejected, match="wants a certificate of ours"):
            teller(server, TlsTrust(ca=authority.file)).tell(MESSAGE)


def test_who_does_not_speak_tls_is_told_from_a_line_that_fails(authority: Authority) -> None:
    for said, after_hearing in ((b"HTTP/1.1 400 Bad Request\r\n\r\n", True), (b"SSH-2.0-OpenSSH_9.2\r\n", False)):
        with (
            greeting(said, after_hearing=after_hearing) as port,
            pytest.raises(DestinationRejected, match="does not speak TLS"),
        ):
            teller(port, TlsTrust(ca=authority.file)).tell(MESSAGE)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with pytest.raises(DeliveryDeferred, match="the connection failed"):
        teller(port).tell(MESSAGE)


def test_a_tls_handshake_that_never_comes_ends_in_time(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began_s = SystemClock().now().mono_s
        with pytest.raises(DeliveryDeferred, match="not done within 1 s"):
            teller(silent.getsockname()[1], TlsTrust(ca=authority.file)).tell(MESSAGE)
        assert SystemClock().now().mono_s - began_s < LONGEST_S + 1


def test_it_can_be_called_off(authority: Authority) -> None:
    reached = threading.Event()

    def wait(connection: socket.socket) -> None:
        reached.set()
        threading.Event().wait(20)

    with webhook_server(None, wait) as server:
        url = WebhookUrl(False, "127.0.0.1", server.port, "/")
        slow = WebhookTeller(Webhook(lambda: url, lambda: SECRET, TlsTrust()), SystemClock(), longest_s=60)
        failed = _in_thread(lambda: slow.tell(MESSAGE))
        assert reached.wait(5)
        slow.abort()
        assert "interrupted" in failed()


def test_the_handshake_alone_can_be_tried(authority: Authority, tmp_path: Path) -> None:
    with webhook_server(authority.issue("127.0.0.1")) as server:
        teller(server, TlsTrust(ca=authority.file)).shake_hands()
        with pytest.raises(DestinationRejected, match="is not trusted"):
            teller(server, TlsTrust(ca=Authority(tmp_path / "other").file)).shake_hands()
    assert server.taken == []


def test_a_url_goes_out_as_it_is_written() -> None:
    with webhook_server(None) as server:
        url = parse_webhook_url(f"http://localhost:{server.port}?token=a%20b")
        WebhookTeller(Webhook(lambda: url, lambda: SECRET, TlsTrust()), SystemClock()).tell(MESSAGE)
    [taken] = server.taken
    assert (taken.line, taken.fields["host"]) == ("POST /?token=a%20b HTTP/1.1", f"localhost:{server.port}")


def _pin(certificate: Path) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return fingerprint(x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(Encoding.DER))


def _in_thread(act: Callable[[], None]) -> Callable[[], str]:
    """Runs it beside; what is returned waits for its failure."""
    failures: list[str] = []

    def run() -> None:
        try:
            act()
        except DeliveryDeferred as error:
            failures.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()

    def failure() -> str:
        thread.join(5)
        return failures[0]

    return failure
