"""What is a person's matter at an SSH server, told as that: its host keys, its algorithms, its account."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from gateway.config.destinations.identity import Legacy
from gateway.core.errors import DestinationRejected
from gateway.core.interfaces import Delivered, Parcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sftp.login import SshAccount
from gateway.uplinks.sftp.session import SftpServer
from gateway.uplinks.sftp.uplink import SftpUplink
from tests.contract.uplinks.sites import TIMEOUTS
from tests.support.servers import Server, openssh, scripted
from tests.support.servers.openssh import fingerprint

PARCEL = Parcel("2026/01/01", "a.txt", b"content")
ALL_KINDS = ("ed25519", "ecdsa", "rsa")
OTHER = "SHA256:" + "A" * 43


def delivered(uplink: SftpUplink) -> bool:
    (outcome,) = uplink.deliver([PARCEL])
    return isinstance(outcome, Delivered)


def rejection(uplink: SftpUplink) -> str:
    with pytest.raises(DestinationRejected) as caught:
        list(uplink.deliver([PARCEL]))
    uplink.close()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def connections(server: Server) -> int:
    """So far, the one included that found it started."""
    deadline = time.monotonic() + 10
    while "Connection from" not in server.said():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return server.said().count("Connection from")


def log_ins(server: Server) -> int:
    return len(re.findall(r"(?:Accepted|Failed|Postponed) \w+ for", server.said()))


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_a_pinned_key_of_another_kind_is_found_and_then_asked_for_first(tmp_path: Path, kind: str) -> None:
    with openssh(tmp_path / "sshd", host_keys=ALL_KINDS) as server:
        uplink = uplink_to(server, host_keys=(fingerprint(tmp_path / f"sshd/host_key_{kind}"),))
        before = connections(server)
        assert delivered(uplink)
        first = connections(server) - before
        assert first <= len(ALL_KINDS)
        uplink.close()
        assert delivered(uplink)
        uplink.close()
        assert connections(server) - before == first + 1


def test_of_several_pins_any_will_do(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", host_keys=ALL_KINDS) as server:
        before = connections(server)
        uplink = uplink_to(server, host_keys=(OTHER, server.host_key or ""))
        assert delivered(uplink)
        uplink.close()
        assert connections(server) - before == 1


def test_only_where_no_kind_is_the_pinned_one_it_has_changed(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", host_keys=ALL_KINDS) as server:
        before = connections(server), log_ins(server)
        message = rejection(uplink_to(server, host_keys=(OTHER,)))
        for kind in ALL_KINDS[1:]:
            assert fingerprint(tmp_path / f"sshd/host_key_{kind}") in message
        assert str(server.host_key) in message
        assert OTHER in message
        assert connections(server) - before[0] == len(ALL_KINDS)
        assert log_ins(server) == before[1]


@pytest.mark.parametrize(
    ("settings", "what", "theirs", "advice"),
    [
        ("KexAlgorithms diffie-hellman-group14-sha1", "key exchange", "diffie-hellman-group14-sha1", "[sha1-kex]"),
        (
            "KexAlgorithms diffie-hellman-group18-sha512",
            "key exchange",
            "diffie-hellman-group18-sha512",
            "let its server",
        ),
        ("Ciphers chacha20-poly1305@openssh.com", "cipher", "chacha20-poly1305@openssh.com", "let its server"),
        ("Ciphers aes128-ctr\nMACs umac-64@openssh.com", "MAC", "umac-64@openssh.com", "let its server"),
    ],
)
def test_nothing_in_common_names_both_lists(tmp_path: Path, settings: str, what: str, theirs: str, advice: str) -> None:
    with openssh(tmp_path / "sshd", extra=settings) as server:
        message = rejection(uplink_to(server))
        assert f"no {what} in common: the server offers {theirs}, the gateway " in message
        assert {"key exchange": "curve25519-sha256", "cipher": "aes128-ctr", "MAC": "hmac-sha2-256"}[what] in message
        assert advice in message


def test_the_usual_key_exchange_by_its_later_name_alone(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", extra="KexAlgorithms curve25519-sha256") as server:
        uplink = uplink_to(server)
        assert delivered(uplink)
        uplink.close()


@pytest.mark.parametrize(
    "kex", ["diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"]
)
def test_an_old_key_exchange_that_the_configuration_names(tmp_path: Path, kex: str) -> None:
    with openssh(tmp_path / "sshd", extra=f"KexAlgorithms {kex}") as server:
        uplink = uplink_to(server, legacy=(Legacy.SHA1_KEX,))
        assert delivered(uplink)
        uplink.close()


OLD_RSA = "HostKeyAlgorithms ssh-rsa\nPubkeyAcceptedAlgorithms ssh-rsa"


def test_an_old_host_key_needs_to_be_named(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", host_keys=("rsa",), extra=OLD_RSA) as server:
        message = rejection(uplink_to(server))
        assert "no kind of host key in common: the server offers ssh-rsa, the gateway ssh-ed25519" in message
        assert "legacy: [ssh-rsa]" in message


@pytest.mark.parametrize("by_key", [False, True])
def test_old_rsa_signatures_that_the_configuration_names(tmp_path: Path, by_key: bool) -> None:
    with openssh(tmp_path / "sshd", host_keys=("rsa",), extra=OLD_RSA) as server:
        key = (tmp_path / "sshd/client_rsa").read_text() if by_key else None
        uplink = uplink_to(server, legacy=(Legacy.SSH_RSA,), private_key=key)
        assert delivered(uplink)
        uplink.close()
        assert log_ins(server) == 1


def test_what_is_named_is_only_used_where_there_is_nothing_better(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", host_keys=("rsa",), log_level="DEBUG2") as server:
        uplink = uplink_to(
            server, legacy=(Legacy.SSH_RSA, Legacy.SHA1_KEX), private_key=(tmp_path / "sshd/client_rsa").read_text()
        )
        assert delivered(uplink)
        uplink.close()
        assert re.search(r"kex: host key algorithm: rsa-sha2-512", server.said())
        assert re.search(r"kex: algorithm: curve25519-sha256", server.said())
        assert re.search(r"rsa-sha2-512", server.said())


@pytest.mark.parametrize(
    ("days", "words"),
    [("0:0:99999:7:::", "has expired"), ("19000:0:99999:7::19001:", "refuses user")],
    ids=["password", "account"],
)
def test_an_expired_password_or_account(tmp_path: Path, days: str, words: str) -> None:
    with openssh(tmp_path / "sshd") as server:
        set_shadow(tmp_path / "sshd", days=days)
        before = log_ins(server)
        message = rejection(uplink_to(server))
        assert words in message
        assert server.user in message
        assert log_ins(server) - before <= 1


def test_a_shell_that_lets_nobody_in(tmp_path: Path) -> None:
    with openssh(
        tmp_path / "sshd", command="echo This account is currently not available.; exit 1", chroot="none"
    ) as server:
        message = rejection(uplink_to(server))
        assert "This account is currently not available." in message
        assert "may not use SFTP" in message


def test_a_server_that_asks_for_the_password_and_bears_one_request_only(tmp_path: Path) -> None:
    with scripted.asyncssh(tmp_path / "asyncssh", asks=True) as server:
        uplink = uplink_to(server)
        assert delivered(uplink)
        uplink.close()


def set_shadow(folder: Path, *, days: str) -> None:
    shadow = folder / "etc/shadow"
    lines = shadow.read_text().splitlines()
    name, secret = lines[-1].split(":")[:2]
    shadow.write_text("\n".join([*lines[:-1], f"{name}:{secret}:{days}"]) + "\n")


def uplink_to(
    server: Server,
    *,
    host_keys: tuple[str, ...] | None = None,
    private_key: str | None = None,
    legacy: tuple[Legacy, ...] = (),
) -> SftpUplink:
    account = SshAccount(
        server.user,
        host_keys or (server.host_key or "",),
        None if private_key else lambda: server.password,
        (lambda: private_key) if private_key else None,
        legacy,
    )
    clock = SystemClock()
    return SftpUplink(
        SftpServer(server.host, server.port, server.path, account),
        clock=clock,
        pool=ConnectionPool(2, clock),
        urgent=True,
        timeouts=TIMEOUTS,
    )
