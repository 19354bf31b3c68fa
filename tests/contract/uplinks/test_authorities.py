"""A day of files on every server, real and odd: the same bytes there as here, a true ledger, nothing else lying there,
and no more log-ins than the rules allow."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.core.publishing import Proof, Publishing
from tests.contract.uplinks.conftest import EVERYWHERE, OTHERS, REAL, Servers, real
from tests.contract.uplinks.day import Day, day, destination, relative
from tests.support.odd_ftp import FtpOddities, Listing, OddFtpServer, iis, odd_ftp
from tests.support.odd_sftp import QUESTIONS, Code, OddSftpServer, Order, SftpOddities, odd_sftp, write_only
from tests.support.odd_storage import Takes

LOG_IN = {
    "openssh": "Accepted password",
    "dropbear": "Password auth succeeded",
    "vsftpd": "OK LOGIN",
    "pyftpdlib": "logged in",
    "aioftp": "230 normal login",
}
"""How a server says in its log that it let somebody in; others are not asked, or say it in our words."""
OURS = "Accepted password"


@pytest.mark.parametrize("kind", [*OTHERS, *(REAL if EVERYWHERE else ())])
def test_a_day_of_files(servers: Servers, tmp_path: Path, kind: str) -> None:
    site = real(servers, kind)
    server = site.server
    to = destination(
        tmp_path, server.scheme, server.port, server.user, server.password, site.base,
        host_key=server.host_key, ca=server.ca,
    )  # fmt: skip
    before = log_ins(server.kind, server.said())
    with day(tmp_path, to) as sent:
        sent.carry()
        expect_all_delivered(sent)
        assert site.files() == sent.exported()
    after = log_ins(server.kind, server.said())
    assert after - before <= 2 * to.most_connections, "each lane may have had its own"


def log_ins(kind: str, said: str) -> int:
    return len(re.findall(LOG_IN.get(kind, OURS), said))


@dataclass(frozen=True)
class Row:
    """An odd receiver and what becomes of a day of files there.

    `repeats`: how many files may come once more, because an optimism failed in the middle of them; `log_ins`: how many
    more than there are connections. `is_proven`: else everything is held for a person, with the way out named.
    """

    name: str
    oddities: SftpOddities | FtpOddities
    proof: Proof = Proof.PRESENT
    publish: Publishing = Publishing.RENAME
    is_proven: bool = True
    repeats: int = 0
    log_ins: int = 0
    wait_s: float = 0.0
    keeps_strays: bool = False
    """Nobody can remove them there, or every connection is cut, those of probes too."""
    not_yet: str = ""


ANSWER = Proof.ANSWER
EVERY_FIFTH = frozenset(range(5, 500, 5))
ONLY = {code.name.lower(): code for code in (Code.PERMISSION_DENIED, Code.OP_UNSUPPORTED, Code.FAILURE)}
SFTP_ROWS = [
    Row("good", SftpOddities()),
    Row("jitter", SftpOddities(jitter_s=0.003)),
    Row("no-extensions", SftpOddities(extensions=())),
    # A receiver that takes files away.
    *(
        Row(f"{takes.value}-{after_s}-{proof}", SftpOddities(takes=takes, takes_after_s=after_s), proof,
            is_proven=proof is ANSWER or takes is Takes.AFTER_RENAME, repeats=4)
        for takes in (Takes.AT_CLOSE, Takes.AFTER_RENAME)
        for after_s in (0.0, 0.5)
        for proof in Proof
        if not (takes is Takes.AT_CLOSE and after_s)
    ),
    # Those that were on their way together may all have been taken before one of them taught it.
    Row("takes-soon", SftpOddities(takes=Takes.AT_CLOSE, takes_after_s=0.002), ANSWER, repeats=24),
    Row("takes-only-texts", SftpOddities(takes=Takes.AT_CLOSE, takes_endings=(".txt",)), ANSWER),
    Row("takes-direct", SftpOddities(takes=Takes.AT_CLOSE), ANSWER, Publishing.DIRECT),
    # What may not be asked.
    *(Row(f"no-stat-{name}", SftpOddities(answers=write_only(code, "STAT"))) for name, code in ONLY.items()),
    *(Row(f"fstat-only-{name}", SftpOddities(answers=write_only(code, "STAT", "LSTAT"))) for name, code in
      ONLY.items()),
    *(Row(f"no-question-{name}", SftpOddities(answers=write_only(code, *QUESTIONS)), ANSWER) for name, code in
      ONLY.items()),
    Row("no-question-present", SftpOddities(answers=write_only(Code.PERMISSION_DENIED, *QUESTIONS)), is_proven=False),
    *(Row(f"write-only-{name}", SftpOddities(answers=write_only(code)), ANSWER) for name, code in ONLY.items()),
    Row("no-readdir", SftpOddities(answers={"READDIR": Code.PERMISSION_DENIED})),
    Row("no-opendir", SftpOddities(answers={"OPENDIR": Code.PERMISSION_DENIED})),
    Row("no-opendir-failure", SftpOddities(answers={"OPENDIR": Code.FAILURE})),
    Row("hides-folders", SftpOddities(hides_folders=True)),
    Row("knows-no-folders", SftpOddities(knows_folders_not=True)),
    Row("uploaded-is-denied", SftpOddities(denies_after_upload=QUESTIONS), ANSWER),
    Row("sizes-only-of-handles", SftpOddities(without_sizes={"STAT", "LSTAT", "READDIR"})),
    Row("no-sizes", SftpOddities(without_sizes={*QUESTIONS, "READDIR"}), ANSWER),
    Row("no-remove", SftpOddities(answers={"REMOVE": Code.PERMISSION_DENIED}), keeps_strays=True),
    # Limits.
    *(Row(f"handles-{most}", SftpOddities(most_handles=most), repeats=most) for most in (1, 2, 4)),
    *(Row(f"handles-together-{most}", SftpOddities(most_handles_together=most), repeats=most) for most in (1, 3)),
    Row("connections-1", SftpOddities(most_connections=1), log_ins=1),
    Row("requests-100", SftpOddities(most_requests=100), repeats=12, log_ins=12),
    # What it lacks.
    *(Row(f"no-exclusive-{name}", SftpOddities(knows_exclusive=code)) for name, code in
      {**ONLY, "no_such_file": Code.NO_SUCH_FILE}.items()),
    *(Row(f"no-truncation-{name}", SftpOddities(knows_truncating=code)) for name, code in ONLY.items()),
    Row("no-truncation-direct", SftpOddities(knows_truncating=Code.FAILURE), publish=Publishing.DIRECT),
    Row("no-exclusive-direct", SftpOddities(knows_exclusive=Code.FAILURE), publish=Publishing.DIRECT),
    # Answers that are lost, and those that count.
    Row("closes-after-rename", SftpOddities(closes_after_rename=True), log_ins=400, keeps_strays=True),
    Row("rename-unanswered", SftpOddities(cuts_before={"POSIX_RENAME": EVERY_FIFTH}), repeats=8, log_ins=8,
        keeps_strays=True),
    Row("close-unanswered", SftpOddities(cuts_before={"CLOSE": EVERY_FIFTH}), repeats=8, log_ins=30, keeps_strays=True),
    Row("rename-unanswered-answer", SftpOddities(
        cuts_before={"POSIX_RENAME": EVERY_FIFTH}, takes=Takes.AFTER_RENAME), ANSWER, repeats=24, log_ins=12),
    Row("open-fails", SftpOddities(fails_at={"OPEN": EVERY_FIFTH}), repeats=4, log_ins=8),
    Row("write-fails", SftpOddities(fails_at={"WRITE": EVERY_FIFTH}), repeats=4, log_ins=8),
    Row("rename-fails", SftpOddities(fails_at={"POSIX_RENAME": EVERY_FIFTH}), repeats=4, log_ins=8),
    Row("half-lost", SftpOddities(loses_every=6), repeats=8, log_ins=8),
    Row("half-lost-answer", SftpOddities(loses_every=6), ANSWER, repeats=8, log_ins=8),
    # In which order.
    *(Row(order.value.replace(" ", "-"), SftpOddities(order=order), repeats=2) for order in Order),
]  # fmt: skip

FTP_ROWS = [
    Row("good", FtpOddities()),
    Row("jitter", FtpOddities(jitter_s=0.003)),
    Row("iis", iis()),
    Row("iis-backslashes", iis(backslashes=True)),
    *(
        Row(f"{takes.value}-{after_s}-{proof}", FtpOddities(takes=takes, takes_after_s=after_s), proof,
            is_proven=proof is ANSWER or takes is Takes.AFTER_RENAME, repeats=4)
        for takes in (Takes.AT_CLOSE, Takes.AFTER_RENAME)
        for after_s in (0.0, 0.5)
        for proof in Proof
        if not (takes is Takes.AT_CLOSE and after_s)
    ),
    Row("takes-soon", FtpOddities(takes=Takes.AT_CLOSE, takes_after_s=0.002), ANSWER, repeats=12),
    Row("takes-only-texts", FtpOddities(takes=Takes.AT_CLOSE, takes_endings=(".txt",)), ANSWER),
    Row("takes-direct", FtpOddities(takes=Takes.AT_CLOSE), ANSWER, Publishing.DIRECT),
    # What may not be asked.
    Row("no-size", FtpOddities(unknown={"SIZE"})),
    Row("size-denied", FtpOddities(denied={"SIZE"})),
    Row("no-size-after-upload", FtpOddities(no_size_after_upload=True)),
    Row("list-only", FtpOddities(unknown={"SIZE", "MLST", "MLSD"})),
    Row("list-only-dos", FtpOddities(unknown={"SIZE", "MLST", "MLSD"}, listing=Listing.DOS)),
    Row("no-sizes", FtpOddities(unknown={"SIZE", "MLST", "MLSD"}, listing=Listing.NAMES), ANSWER),
    Row("read-back", FtpOddities(unknown={"SIZE", "MLST", "MLSD"}, denied={"LIST"}), repeats=2, log_ins=6),
    Row("no-sizes-present", FtpOddities(unknown={"SIZE", "MLST", "MLSD"}, denied={"LIST", "NLST", "RETR"}),
        is_proven=False),
    *(
        Row(f"write-only-{name}",
            FtpOddities(**{name: {"SIZE", "MLST", "MLSD", "LIST", "NLST"}}), ANSWER)  # type: ignore[arg-type]
        for name in ("unknown", "denied")
    ),
    Row("write-only-without-folders", FtpOddities(
        denied={"SIZE", "MLST", "MLSD", "LIST", "NLST", "CWD", "MKD"}), ANSWER),
    Row("size-not-known-yet", FtpOddities(says={"SIZE": b"213 0\r\n"}), repeats=4, log_ins=4),
    Row("no-cwd", FtpOddities(denied={"CWD"})),
    Row("cwd-unknown", FtpOddities(unknown={"CWD"})),
    Row("makes-silently-not", FtpOddities(makes_silently=False)),
    Row("no-dele", FtpOddities(denied={"DELE"}), keeps_strays=True),
    Row("no-listing", FtpOddities(denied={"NLST", "LIST", "MLSD"})),
    # Optimism.
    Row("150-first", FtpOddities(wants_150_first=True), repeats=2, log_ins=2),
    Row("one-command", FtpOddities(one_command_per_packet=True), repeats=2, log_ins=4),
    # Answers that count.
    Row("426-whole", FtpOddities(aborts_whole={3, 7, 12}), repeats=3, log_ins=3),
    Row("451-whole", FtpOddities(aborts_whole={3, 7, 12}, aborts_with="451 Local error."), repeats=3, log_ins=3),
    Row("226-late", FtpOddities(done_after_s=0.1)),
    Row("rename-unanswered", FtpOddities(cuts_before={"RNTO": EVERY_FIFTH}), repeats=8, log_ins=12, keeps_strays=True),
    Row("226-unanswered", FtpOddities(cuts_before={"STOR": EVERY_FIFTH}), repeats=8, log_ins=12, keeps_strays=True),
    Row("226-unanswered-answer", FtpOddities(cuts_before={"STOR": EVERY_FIFTH}), ANSWER, repeats=8, log_ins=12,
        keeps_strays=True),
    Row("half-lost", FtpOddities(loses_every=6), repeats=8, log_ins=12),
    Row("half-lost-answer", FtpOddities(loses_every=6), ANSWER, repeats=8, log_ins=12),
    Row("transfers-1", FtpOddities(most_transfers_together=1), repeats=4, log_ins=4),
    Row("resets-after-226", FtpOddities(resets_after_done=True), log_ins=400, keeps_strays=True),
    Row("closes-after-226", FtpOddities(closes_after_done=True), log_ins=400, keeps_strays=True),
    # Limits.
    Row("connections-1", FtpOddities(most_connections=1), log_ins=2),
    Row("connections-2", FtpOddities(most_connections=2), log_ins=2),
    Row("commands", FtpOddities(most_commands=60, commands_per_s=2), repeats=4, log_ins=8, wait_s=2.0),
]  # fmt: skip


TLS_ROWS = [
    Row("good", FtpOddities()),
    Row("says-goodbye", FtpOddities(says_goodbye=True)),
    Row("426-whole", FtpOddities(aborts_whole={3, 7, 12}), repeats=3, log_ins=3),
    Row("226-late", FtpOddities(done_after_s=0.05)),
    Row("resets-after-226", FtpOddities(resets_after_done=True), log_ins=400, keeps_strays=True),
    Row("closes-after-226", FtpOddities(closes_after_done=True), log_ins=400, keeps_strays=True),
    Row("iis", iis()),
    Row("takes-after-rename", FtpOddities(takes=Takes.AFTER_RENAME), ANSWER),
]

QUICK = {"good", "at close-0.0-present", "at close-0.0-answer", "fstat-only-permission_denied", "write-only-denied",
         "handles-4", "150-first", "list-only", "size-not-known-yet"}  # fmt: skip


def of(rows: list[Row]) -> list[object]:
    """The rows to be tried: all of them when there is time."""
    return [
        pytest.param(row, id=row.name, marks=[pytest.mark.xfail(reason=row.not_yet)] if row.not_yet else [])
        for row in rows
        if EVERYWHERE or row.name in QUICK
    ]


@pytest.mark.parametrize("row", of(SFTP_ROWS))
def test_a_day_at_an_odd_sftp_receiver(tmp_path: Path, row: Row) -> None:
    assert isinstance(row.oddities, SftpOddities)
    with odd_sftp(row.oddities) as server:
        judge(tmp_path, row, "sftp", server)


@pytest.mark.parametrize("row", of(FTP_ROWS))
def test_a_day_at_an_odd_ftp_receiver(tmp_path: Path, row: Row) -> None:
    assert isinstance(row.oddities, FtpOddities)
    with odd_ftp(row.oddities) as server:
        judge(tmp_path, row, "ftp", server)


@pytest.mark.parametrize("row", of(TLS_ROWS))
@pytest.mark.parametrize("scheme", ["ftps", "ftps-implicit"])
def test_a_day_at_an_odd_ftps_receiver(servers: Servers, tmp_path: Path, scheme: str, row: Row) -> None:
    assert isinstance(row.oddities, FtpOddities)
    certificate = servers.authority.issue("127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with odd_ftp(row.oddities, context, implicit=scheme == "ftps-implicit") as server:
        judge(tmp_path, row, scheme, server, servers.authority.file)


@pytest.mark.parametrize(
    "said", ["530 Login incorrect.", "530 Password expired.", "530 Account disabled.", "532 Need account for storing."]
)
def test_a_persons_matter_is_tried_four_times_an_hour(tmp_path: Path, said: str) -> None:
    with odd_ftp(FtpOddities(says={"PASS": said.encode() + b"\r\n"})) as server:
        to = destination(tmp_path, "ftp", server.port, server.user, server.password, "/")
        with day(tmp_path, to) as sent:
            sent.carry(within_s=3_600)
            assert set(sent.states()) == {"waiting"}
        assert 2 <= server.verbs().count("USER") <= 5


def test_a_wrong_password_is_tried_four_times_an_hour_at_sftp(tmp_path: Path) -> None:
    with odd_sftp(SftpOddities(refuses_log_in=True)) as server:
        to = destination(tmp_path, "sftp", server.port, server.user, server.password, "/", host_key=server.host_key)
        with day(tmp_path, to) as sent:
            sent.carry(within_s=3_600)
            assert set(sent.states()) == {"waiting"}
        assert 2 <= server.connections <= 5


def judge(folder: Path, row: Row, scheme: str, server: OddSftpServer | OddFtpServer, ca: Path | None = None) -> None:
    if "MKD" in getattr(row.oddities, "denied", ()):
        server.storage.folders |= {"/2026", "/2026/01", "/2026/01/01", "/2026/01/02"}
    to = destination(
        folder, scheme, server.port, server.user, server.password, "/", host_key=getattr(server, "host_key", None),
        ca=ca, proof=row.proof, publish=row.publish,
    )  # fmt: skip
    with day(folder, to) as sent:
        sent.carry(wait_s=row.wait_s)
        exported = sent.exported()
        received = relative(server.storage.received(), "/")
        if row.is_proven:
            expect_all_delivered(sent)
            assert {path: content for path, content in received.items() if ".part" not in path} == exported
            strays = [path for path in server.storage.files if ".part" in path]
            assert not strays or row.keeps_strays
        else:
            assert set(sent.states()) == {"held"}
            assert all("proof: answer" in answer for answer in sent.answers())
            assert set(exported.values()) <= server.storage.contents()
    arrivals = sum(server.storage.times_arrived().values())
    assert arrivals <= len(exported) + (row.repeats if row.is_proven else 8)
    # Each lane may have had its own, one after the other.
    assert server.log_ins <= 2 * to.most_connections + row.log_ins + (0 if row.is_proven else 8)
    assert server.most_at_once <= to.most_connections


def expect_all_delivered(sent: Day) -> None:
    assert set(sent.states()) == {"delivered"}, sent.answers()
