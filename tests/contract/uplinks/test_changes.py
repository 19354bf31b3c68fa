"""What changes at the far end while an uplink serves it: keys, certificates, accounts, rights."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel
from gateway.core.publishing import Publishing
from tests.contract.uplinks.conftest import Servers, real, site_on
from tests.support.certificates import Authority
from tests.support.servers import Server, openssh, proftpd, pureftpd, pyftpd, vsftpd

DAY = "2026/01/01"
FIRST, SECOND = Parcel(DAY, "first.txt", b"content"), Parcel(DAY, "second.txt", b"content")


def test_a_host_key_that_changes_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    with openssh(tmp_path / "server") as server:
        uplink = site_on(server).uplink(path=server.path)
        assert len(list(uplink.deliver([FIRST]))) == 1
        key = tmp_path / "server/host_key"
        key.unlink()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, input=b"y\n")
        server.start_again()
        before = len(server.said())
        with pytest.raises(DestinationRejected, match=r"shows the ssh-ed25519 host key SHA256:.*expected"):
            list(uplink.deliver([SECOND]))
        uplink.close()
        assert "Accepted" not in server.said()[before:]
        assert [file.name for file in server.root.rglob("*.txt")] == ["first.txt"]


@pytest.mark.parametrize("start", [vsftpd, proftpd])
def test_a_certificate_of_an_unknown_authority_in_place_of_the_known_one(tmp_path: Path, start) -> None:  # type: ignore[no-untyped-def]
    known, other = Authority(tmp_path / "known"), Authority(tmp_path / "other", "Somebody else")
    shown = known.issue("127.0.0.1")
    with start(tmp_path / "server", certificate=shown, ca=known.file) as server:
        uplink = site_on(server).uplink(path=server.path)
        assert len(list(uplink.deliver([FIRST]))) == 1
        stranger = other.issue("127.0.0.1")
        shutil.copy(stranger.certificate, shown.certificate)
        shutil.copy(stranger.key, shown.key)
        server.start_again()
        before = server.said().count("PASS")
        with pytest.raises(DestinationRejected, match="unknown authority"):
            list(uplink.deliver([SECOND]))
        uplink.close()
        assert server.said().count("PASS") == before
        assert [file.name for file in server.root.rglob("*.txt")] == ["first.txt"]


@pytest.mark.parametrize("kind", ["openssh", "vsftpd-tls", "proftpd"])
def test_an_account_that_is_locked_and_unlocked(servers: Servers, kind: str) -> None:
    site = real(servers, kind)
    uplink = site.uplink()
    assert len(list(uplink.deliver([FIRST]))) == 1
    uplink.close()
    with locked(site.server):
        with pytest.raises(DestinationRejected, match=f"refuses user {site.server.user}"):
            list(uplink.deliver([SECOND]))
        assert list(site.files()) == [f"{DAY}/first.txt"]
    (outcome,) = uplink.deliver([SECOND])
    uplink.close()
    assert isinstance(outcome, Delivered)
    assert sorted(site.files()) == [f"{DAY}/first.txt", f"{DAY}/second.txt"]


@pytest.fixture(params=["vsftpd", "proftpd", "pureftpd"])
def unrenaming(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> Iterator[Server]:
    """A server that forbids renaming."""
    certificate, ca = servers.authority.issue("127.0.0.1"), servers.authority.file
    start = {
        "vsftpd": lambda: vsftpd(tmp_path / "s", extra="cmds_denied=RNFR,RNTO"),
        "proftpd": lambda: proftpd(
            tmp_path / "s", certificate=certificate, ca=ca, extra="<Limit RNFR RNTO>\nDenyAll\n</Limit>"
        ),
        "pureftpd": lambda: pureftpd(tmp_path / "s", extra=("--norename",)),
    }[request.param]
    with start() as server:
        yield server


def test_where_renaming_is_forbidden_nothing_is_set_aside_and_the_way_out_is_named(unrenaming: Server) -> None:
    site = site_on(unrenaming)
    for parcels in ([FIRST], [Parcel(DAY, f"{n}.txt", b"content") for n in range(30)]):
        uplink = site.uplink()
        with pytest.raises(DestinationRejected, match="may not rename.*publish: direct"):
            list(uplink.deliver(parcels))
        with pytest.raises(DestinationRejected, match="may not rename.*publish: direct"):
            uplink.probe()
        uplink.close()
        assert not [path for path in site.files() if path.endswith(".txt")]
    direct = site.uplink(publishing=Publishing.DIRECT)
    assert len(list(direct.deliver([FIRST, SECOND]))) == 2
    assert direct.probe().renames is False
    direct.close()
    finals = {path: content for path, content in site.files().items() if path.endswith(".txt")}
    assert finals == {f"{DAY}/first.txt": b"content", f"{DAY}/second.txt": b"content"}


def test_a_server_that_comes_and_goes_gets_everything_in_the_end(tmp_path: Path) -> None:
    parcels = [Parcel(DAY, f"{n:03}.txt", b"x" * n) for n in range(60)]
    with pyftpd(tmp_path / "server") as server:
        site = site_on(server)
        uplink = site.uplink()
        for _ in range(5):
            try:
                for outcome in uplink.deliver(parcels):
                    if outcome.parcel.name.endswith("9.txt"):
                        server.start_again()
            except DeliveryDeferred:
                continue
        assert len(list(uplink.deliver(parcels))) == len(parcels)
        uplink.close()
        assert site.files() == {f"{DAY}/{parcel.name}": parcel.content for parcel in parcels}


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Lock the account as `passwd -l` does."""
    shadow = server.root.parents[1] / "etc/shadow"
    usual = shadow.read_text()
    shadow.write_text(usual.replace(f"{server.user}:", f"{server.user}:!"))
    try:
        yield
    finally:
        shadow.write_text(usual)
