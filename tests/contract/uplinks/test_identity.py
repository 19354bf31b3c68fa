"""Who is at the other end, and who we are to them."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Uplink
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sftp.login import SshAccount
from gateway.uplinks.sftp.session import SftpServer
from gateway.uplinks.sftp.uplink import SftpUplink
from tests.contract.uplinks.conftest import Servers, real
from tests.contract.uplinks.sites import TIMEOUTS, MemorySite, RealSite
from tests.support.servers import Server
from tests.support.servers.memory import MemoryServer

PARCEL = Parcel("2026/01/01", "a.txt", b"content")
SECRET = "Mật-khẩu-sai-8472"


def rejection(uplink: Uplink) -> str:
    """The message with which the destination was rejected, with everything chained to it."""
    with pytest.raises(DestinationRejected) as caught:
        list(uplink.deliver([PARCEL]))
    assert not caught.value.after_login
    uplink.close()
    chain: BaseException | None = caught.value
    texts = []
    while chain is not None:
        texts.append(str(chain))
        chain = chain.__cause__ or chain.__context__
    assert "\n" not in texts[0]
    return " | ".join(texts)


def test_wrong_password_in_memory() -> None:
    site = MemorySite(MemoryServer(), "base")
    assert "password" in rejection(site.with_wrong_password())
    assert site.files() == {}


def test_wrong_password_which_no_message_repeats(prompt_site: RealSite) -> None:
    server = prompt_site.server
    message = rejection(prompt_site.uplink(password=lambda: SECRET))
    assert "password" in message
    assert SECRET not in message
    assert prompt_site.files() == {}
    assert f"{server.host}:{server.port}" in message
    assert server.user in message


def test_a_password_that_was_corrected_works_without_a_new_uplink(prompt_site: RealSite) -> None:
    passwords = ["wrong", prompt_site.server.password]
    uplink = prompt_site.uplink(password=lambda: passwords.pop(0))
    with pytest.raises(DestinationRejected):
        list(uplink.deliver([PARCEL]))
    (outcome,) = uplink.deliver([PARCEL])
    uplink.close()
    assert isinstance(outcome, Delivered)


def test_a_wrong_host_key_is_shown_and_gets_no_credentials(sftp_site: RealSite) -> None:
    other = "SHA256:" + "A" * 43
    before = len(sftp_site.server.said())
    message = rejection(sftp_site.uplink(host_key=other))
    assert str(sftp_site.server.host_key) in message
    assert other in message
    assert f'host_key: "{sftp_site.server.host_key}"' in message
    said = sftp_site.server.said()[before:]
    assert "Connection from" in said
    assert not re.search(r"Failed|Accepted|authenticating|userauth", said)


def test_the_log_would_show_an_attempt_to_log_in(sftp_site: RealSite) -> None:
    before = len(sftp_site.server.said())
    rejection(sftp_site.with_wrong_password())
    assert re.search(r"Failed password", sftp_site.server.said()[before:])


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_logs_in_with_a_key(sftp_site: RealSite, kind: str) -> None:
    text = client_key(sftp_site, kind).read_text().rstrip("\n")  # as a secret is read: without its last line end
    uplink = sftp_site.uplink(private_key=text)
    (outcome,) = uplink.deliver([PARCEL])
    uplink.close()
    assert isinstance(outcome, Delivered)


def test_a_key_the_server_does_not_know(sftp_site: RealSite) -> None:
    host_key = client_key(sftp_site, "ed25519").with_name("host_key").read_text()
    assert "this key" in rejection(sftp_site.uplink(private_key=host_key))


def test_a_key_that_is_none(sftp_site: RealSite) -> None:
    message = rejection(sftp_site.uplink(private_key=SECRET))
    assert "private key" in message
    assert "gateway keys new" in message
    assert SECRET not in message


def test_reaches_an_sftp_server_by_ipv6(sftp_site: RealSite) -> None:
    uplink = sftp_site.uplink(host="::1")
    (outcome,) = uplink.deliver([PARCEL])
    uplink.close()
    assert isinstance(outcome, Delivered)


def test_reaches_an_ftps_server_and_its_data_ports_by_ipv6(servers: Servers) -> None:
    site = real(servers, "pyftpdlib-ipv6")
    uplink = site.uplink()
    (outcome,) = uplink.deliver([PARCEL])
    uplink.close()
    assert isinstance(outcome, Delivered)
    assert site.files() == {"2026/01/01/a.txt": b"content"}
    assert "EPSV" in site.server.said()


def test_an_unknown_authority(ftps_site: RealSite, servers: Servers) -> None:
    message = rejection(ftps_site.uplink(ca=servers.other_authority.file))
    assert "unknown authority" in message
    assert "ca:" in message


@pytest.mark.parametrize(
    ("what", "words"), [("expired", "has expired"), ("early", "not valid yet"), ("elsewhere", "for another")]
)
@pytest.mark.parametrize("kind", ["vsftpd-tls", "proftpd", "pyftpdlib-tls", "pyftpdlib-implicit"])
def test_a_certificate_that_is_not_good(servers: Servers, kind: str, what: str, words: str) -> None:
    server = servers.with_certificate(kind, what)
    site = RealSite(server, f"{server.path}/any", server.root / "any")
    message = rejection(site.uplink())
    assert words in message
    assert f"{server.host}:{server.port}" in message
    assert site.files() == {}


def test_the_certificate_is_checked_against_the_name_in_the_url(ftps_site: RealSite) -> None:
    (outcome,) = ftps_site.uplink(host="localhost").deliver([PARCEL])
    assert isinstance(outcome, Delivered)


def test_an_authority_file_that_is_none(ftps_site: RealSite, tmp_path: Path) -> None:
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("nonsense")
    assert str(nonsense) in rejection(ftps_site.uplink(ca=nonsense))


@pytest.mark.parametrize("kind", ["vsftpd", "pyftpdlib"])
def test_a_server_without_tls(servers: Servers, kind: str) -> None:
    server = servers.get(kind)
    uplink = with_secret(server, Tls.EXPLICIT, servers.authority.file)
    assert "offers no TLS" in rejection(uplink)
    assert SECRET not in server.said()


def test_a_server_that_speaks_first_where_implicit_tls_is_expected(servers: Servers) -> None:
    server = servers.get("vsftpd")
    uplink = with_secret(server, Tls.IMPLICIT, servers.authority.file)
    assert "scheme or port" in rejection(uplink)


def test_a_plain_uplink_at_a_server_that_demands_tls_is_rejected(servers: Servers) -> None:
    site = real(servers, "vsftpd-tls")
    uplink = with_secret(site.server, Tls.NONE, password=site.server.password)
    assert "ftps://" in rejection(uplink)


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_nobody_there_is_deferred(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    account = SshAccount("station", "SHA256:" + "A" * 43, lambda: SECRET)
    sftp = SftpUplink(
        SftpServer(host, port, "", account), clock=SystemClock(), pool=ConnectionPool(2, SystemClock()), urgent=True
    )
    with pytest.raises(DeliveryDeferred, match=f"{host}:{port}: no connection"):
        list(sftp.deliver([PARCEL]))
    ftp = ftp_uplink(FtpServer(host, port, "", "station", lambda: SECRET, Tls.NONE))
    with pytest.raises(DeliveryDeferred, match=f"{host}:{port}: no connection"):
        list(ftp.deliver([PARCEL]))


def with_secret(server: Server, tls: Tls, ca: Path | None = None, password: str = SECRET) -> FtpUplink:
    return ftp_uplink(FtpServer(server.host, server.port, server.path, server.user, lambda: password, tls, ca))


def ftp_uplink(server: FtpServer) -> FtpUplink:
    return FtpUplink(server, clock=SystemClock(), pool=ConnectionPool(4, SystemClock()), urgent=True, timeouts=TIMEOUTS)


def client_key(site: RealSite, kind: str) -> Path:
    return site.server.root.parents[1] / f"client_{kind}"
