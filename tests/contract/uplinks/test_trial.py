"""`check --online` at receivers: what becomes of the probe, what is advised, and that nothing stays there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from gateway.core.errors import DeliveryError
from gateway.core.interfaces import Delivered, Parcel
from gateway.core.presence import Presence
from gateway.core.publishing import Proof
from gateway.core.trial import TrialResult
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.sftp.uplink import SftpUplink
from gateway.uplinks.trial import DeliveryTrial
from tests.contract.uplinks.test_odd_receivers import ftp_uplink, sftp_uplink
from tests.support.odd_ftp import FtpOddities, OddFtpServer, iis, odd_ftp
from tests.support.odd_sftp import Code, OddSftpServer, SftpOddities, odd_sftp, write_only
from tests.support.odd_storage import Takes

OddServer = OddFtpServer | OddSftpServer
KINDS = ["ftp", "sftp"]


@contextmanager
def tried(kind: str, oddities: dict[str, object], proof: Proof) -> Iterator[tuple[OddServer, FtpUplink | SftpUplink]]:
    if kind == "ftp":
        with odd_ftp(FtpOddities(**oddities)) as ftp, closing(ftp_uplink(ftp, proof=proof)) as uplink:  # type: ignore[arg-type]
            yield ftp, uplink
    else:
        with odd_sftp(SftpOddities(**oddities)) as sftp, closing(sftp_uplink(sftp, proof=proof)) as way:  # type: ignore[arg-type]
            yield sftp, way


def trial(uplink: FtpUplink | SftpUplink) -> TrialResult:
    one = DeliveryTrial(uplink)
    one.begin()
    return one.end()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("proof", list(Proof))
def test_what_lies_there_proves_itself(kind: str, proof: Proof) -> None:
    with tried(kind, {}, proof) as (server, uplink):
        result = trial(uplink)
        assert (result.at_once, result.later, result.advised) == (Presence.THERE, Presence.THERE, Proof.PRESENT)
        assert not server.storage.files


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("proof", list(Proof))
@pytest.mark.parametrize("takes", [Takes.AT_CLOSE, Takes.AFTER_RENAME])
def test_a_receiver_that_takes_files_away_is_found_out(kind: str, proof: Proof, takes: Takes) -> None:
    with tried(kind, {"takes": takes}, proof) as (server, uplink):
        result = trial(uplink)
        assert result.is_taken_away
        assert result.advised is Proof.ANSWER
        assert result.refusal is None
        assert not server.storage.files


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_says_when_the_password_ends_is_heard_once(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    said = "230-Your password will expire in 5 days.\r\n230 Logged in."
    with tried(kind, {"welcome": said}, Proof.PRESENT) as (server, uplink):
        for number in range(2):
            assert {type(one) for one in uplink.deliver([Parcel("", f"{number}.txt", b"x")])} == {Delivered}
            uplink.close()
        assert uplink.probe().warning == "230-Your password will expire in 5 days."
        assert server.log_ins > 2
    assert [one for one in caplog.messages if "password" in one] == [
        f"server warns at the log-in server='{kind} 127.0.0.1:{server.port}'"
        " words='230-Your password will expire in 5 days.'"
    ]


def test_an_account_that_may_only_write() -> None:
    with tried("sftp", {"answers": write_only()}, Proof.ANSWER) as (_, way):
        result = trial(way)
        assert result.later is Presence.NOT_TOLD
        assert not result.is_taken_away
    with tried("ftp", {"denied": {"SIZE", "MLST", "LIST", "NLST", "MLSD"}}, Proof.PRESENT) as (server, uplink):
        assert trial(uplink).advised is Proof.ANSWER
        assert not server.storage.files


def test_a_server_that_replaces_nothing() -> None:
    with odd_ftp(iis()) as server, closing(ftp_uplink(server)) as uplink:
        assert trial(uplink).advised is Proof.PRESENT
        assert not server.storage.files


@pytest.mark.parametrize(
    ("kind", "oddities"),
    [("ftp", {"denied": {"RNTO"}}), ("sftp", {"answers": {"RENAME": Code.PERMISSION_DENIED}, "extensions": ()})],
)
def test_after_a_failure_nothing_stays_either(kind: str, oddities: dict[str, object]) -> None:
    with tried(kind, oddities, Proof.PRESENT) as (server, uplink):
        with pytest.raises(DeliveryError, match="rename"):
            trial(uplink)
        assert not server.storage.files


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_killed_trial_left_goes_with_the_next(kind: str) -> None:
    with tried(kind, {}, Proof.PRESENT) as (server, uplink):
        left = [
            "/probe_check-0123abcd.chk",
            "/probe_check-0123abcd.chk_upload-89abcdef.part",
            "/probe_upload-01234567.part",
        ]
        server.storage.files.update(dict.fromkeys(left, b"probe"))
        server.storage.files["/HN_ABCD_NUO001_20260101000500.txt"] = b"ours"
        trial(uplink)
        assert list(server.storage.files) == ["/HN_ABCD_NUO001_20260101000500.txt"]


def test_the_probe_after_the_trial_still_tries_what_the_server_can_do() -> None:
    with tried("sftp", {}, Proof.PRESENT) as (_, uplink):
        trial(uplink)
        assert uplink.probe().renames


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("takes", "proof"),
    [(Takes.AT_CLOSE, Proof.ANSWER), (Takes.AFTER_RENAME, Proof.ANSWER), (Takes.AFTER_RENAME, Proof.PRESENT)],
)
def test_no_probe_lands_in_the_intake_of_a_receiver_that_takes_files(kind: str, takes: Takes, proof: Proof) -> None:
    """The daemon tries a server out after its first delivery, and asks it for the time."""
    with tried(kind, {"takes": takes}, proof) as (server, uplink):
        assert [type(one) for one in uplink.deliver([Parcel("day", "a.txt", b"a")])] == [Delivered]
        uplink.probe()
        assert uplink.server_time() is None
        assert "/day/a.txt" in dict(server.storage.taken)
        assert not [path for path, _ in server.storage.taken if "probe" in path]
        assert not server.storage.files
