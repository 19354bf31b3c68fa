"""What proves the two ends of a TLS connection to each other, at real servers: pinned certificates, and ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from gateway.config.secrets import Secret
from gateway.core.errors import DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Uplink
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.mqtt.client import Broker
from gateway.uplinks.mqtt.uplink import MqttUplink, Publication
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.tls import fingerprint
from gateway.uplinks.tls_client import TlsClient
from tests.contract.uplinks.sites import TIMEOUTS
from tests.support.certificates import Authority, ServerCertificate
from tests.support.servers import Server
from tests.support.servers.mosquitto import mosquitto
from tests.support.servers.proftpd import proftpd
from tests.support.servers.pyftpd import pyftpd
from tests.support.servers.vsftpd import vsftpd

PARCEL = Parcel("", "NUO001_data.txt", b"pH\t7.21\t-\t20260101000500\t00\r\n")
Start = Callable[[Path, ServerCertificate, Path | None], AbstractContextManager[Server]]
"""A folder, the server's certificate, and who must have signed ours; `None`: the server asks for none."""


def _vsftpd(folder: Path, shown: ServerCertificate, clients: Path | None) -> AbstractContextManager[Server]:
    extra = "" if clients is None else f"require_cert=YES\nvalidate_cert=YES\nca_certs_file={clients}"
    return vsftpd(folder, certificate=shown, extra=extra)


def _proftpd(
    folder: Path, shown: ServerCertificate, clients: Path | None, more: str = ""
) -> AbstractContextManager[Server]:
    extra = "" if clients is None else f"TLSVerifyClient on\nTLSCACertificateFile {clients}"
    return proftpd(folder, certificate=shown, extra=f"{extra}\n{more}")


def _proftpd_12(folder: Path, shown: ServerCertificate, clients: Path | None) -> AbstractContextManager[Server]:
    return _proftpd(folder, shown, clients, "TLSProtocol TLSv1.2")


def _mosquitto(folder: Path, shown: ServerCertificate, clients: Path | None) -> AbstractContextManager[Server]:
    extra = "" if clients is None else f"cafile {clients}\nrequire_certificate true"
    return mosquitto(folder, certificate=shown, extra=extra)


DEMANDING: dict[str, Start] = {
    "vsftpd": _vsftpd,
    "proftpd": _proftpd,
    "proftpd-tls1.2": _proftpd_12,
    "mosquitto": _mosquitto,
}
PINNED: dict[str, Start] = {
    **DEMANDING,
    "pyftpdlib-implicit": lambda folder, shown, _: pyftpd(folder, certificate=shown, implicit=True),
}


@dataclass(frozen=True, slots=True)
class Offices:
    """Who signs certificates of servers, whom they believe, and somebody else."""

    servers: Authority
    clients: Authority
    strangers: Authority


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Offices:
    return Offices(*(Authority(tmp_path_factory.mktemp(name), name) for name in ("servers", "clients", "strangers")))


@contextmanager
def uplink(
    server: Server, ca: Path | None = None, pins: tuple[str, ...] = (), client: TlsClient | None = None
) -> Iterator[Uplink]:
    made: Uplink
    if server.scheme.startswith("mqtt"):
        at = Broker(
            server.host, server.port, server.user, lambda: server.password, "NUO001", tls=True, ca=ca, pins=pins,
            client=client,
        )  # fmt: skip
        to = Publication("NUO001/data", historical=False, must_be_heard=False)
        made = MqttUplink(broker=at, publication=to, clock=SystemClock(), timeouts=TIMEOUTS)
    else:
        known = FtpServer(
            server.host, server.port, server.path, server.user, lambda: server.password, Tls(server.scheme), ca,
            pins=pins, client=client,
        )  # fmt: skip
        pool: ConnectionPool[object] = ConnectionPool(4, SystemClock())
        made = FtpUplink(known, clock=SystemClock(), pool=pool, urgent=True, timeouts=TIMEOUTS)  # type: ignore[arg-type]
    yield made
    made.close()


def ours(issued: ServerCertificate) -> TlsClient:
    return TlsClient(issued.certificate, issued.key, issued.key.read_text)


def pin(issued: ServerCertificate) -> str:
    certificate = x509.load_pem_x509_certificate(issued.certificate.read_bytes())
    return fingerprint(certificate.public_bytes(serialization.Encoding.DER))


def rejection(way: Uplink) -> str:
    with pytest.raises(DestinationRejected) as caught:
        list(way.deliver([PARCEL]))
    return str(caught.value)


def takes_two(way: Uplink) -> None:
    """Two files: the second goes over a data connection that continues the session."""
    for name in ("a.txt", "b.txt"):
        assert [type(one) for one in way.deliver([Parcel("", name, b"content")])] == [Delivered]


@pytest.mark.parametrize("kind", list(PINNED))
def test_a_pinned_certificate_is_taken_whatever_its_name_and_end_and_no_other(
    tmp_path: Path, offices: Offices, kind: str
) -> None:
    old = offices.servers.issue("elsewhere.example", valid_from=timedelta(days=-9), valid_for=timedelta(days=1))
    other = "SHA256:" + "A" * 43
    with PINNED[kind](tmp_path / "server", old, None) as server:
        with uplink(server, pins=(other, pin(old))) as way:
            takes_two(way)
        with uplink(server, pins=(other,)) as way:
            message = rejection(way)
            assert f'write certificate: "{pin(old)}"' in message
            assert f"expected {other}" in message
        with uplink(server, ca=offices.servers.file) as way:
            assert "the server's certificate" in rejection(way)


@pytest.mark.parametrize("kind", list(DEMANDING))
def test_a_server_that_asks_for_our_certificate(tmp_path: Path, offices: Offices, kind: str) -> None:
    shown = offices.servers.issue("127.0.0.1")
    good = offices.clients.issue("station", for_clients=True)
    ended = offices.clients.issue(
        "station", for_clients=True, valid_from=timedelta(days=-9), valid_for=timedelta(days=1)
    )
    unknown = offices.strangers.issue("station", for_clients=True)
    ca = offices.servers.file
    with DEMANDING[kind](tmp_path / "server", shown, offices.clients.file) as server:
        with uplink(server, ca, client=ours(good)) as way:
            takes_two(way)
        with uplink(server, ca) as way:
            assert "wants a certificate of ours" in rejection(way)
        for refused in (ended, unknown):
            with uplink(server, ca, client=ours(refused)) as way:
                assert "is shown our certificate" in rejection(way)


def test_a_pair_that_does_not_belong_together_is_told_before_anything_is_sent(tmp_path: Path, offices: Offices) -> None:
    one, other = (offices.clients.issue("station", for_clients=True) for _ in range(2))
    crossed = TlsClient(one.certificate, other.key, other.key.read_text)
    with vsftpd(tmp_path / "server", certificate=offices.servers.issue("127.0.0.1")) as server:
        with uplink(server, offices.servers.file, client=crossed) as way:
            assert "not that of the certificate" in rejection(way)
        gone = TlsClient(tmp_path / "gone.crt", one.key, one.key.read_text)
        with uplink(server, offices.servers.file, client=gone) as way:
            assert "cannot be read" in rejection(way)


def test_a_renewed_pair_works_without_a_restart(tmp_path: Path, offices: Offices) -> None:
    ended = offices.clients.issue(
        "station", for_clients=True, valid_from=timedelta(days=-9), valid_for=timedelta(days=1)
    )
    renewed = offices.clients.issue("station", for_clients=True)
    with (
        _vsftpd(tmp_path / "server", offices.servers.issue("127.0.0.1"), offices.clients.file) as server,
        uplink(server, offices.servers.file, client=ours(ended)) as way,
    ):
        rejection(way)
        ended.certificate.write_bytes(renewed.certificate.read_bytes())
        ended.key.write_bytes(renewed.key.read_bytes())
        takes_two(way)


def test_a_key_that_everybody_may_read_is_not_used(tmp_path: Path, offices: Offices) -> None:
    pair = offices.clients.issue("station", for_clients=True)
    pair.key.chmod(0o644)
    secret = Secret(file=pair.key, multiline=True)
    exposed = TlsClient(pair.certificate, pair.key, secret.reveal)
    with (
        vsftpd(tmp_path / "server", certificate=offices.servers.issue("127.0.0.1")) as server,
        uplink(server, offices.servers.file, client=exposed) as way,
    ):
        assert "can be read by everybody" in rejection(way)
