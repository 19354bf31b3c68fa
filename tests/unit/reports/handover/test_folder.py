"""A hand-over is whole and noted, or not there; and no secret of it lies anywhere in plain."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docx import Document

from gateway.audit import configurations
from gateway.cli.handover import handover
from gateway.config import Configuration, Language, load
from gateway.config.source import ConfigurationSource
from gateway.core.errors import ConfigError, GatewayError
from gateway.core.journal_entry import EntryKind
from gateway.core.ports import SealAct, SealEntry
from gateway.db import Database, open_database
from gateway.ports.seal_register import SealRegister
from gateway.reports.handover.folder import make_handover
from gateway.reports.handover.recipient import Recipient
from tests.support.journey import MIDNIGHT_MS, Journey

PASSWORDS = {
    "datalogger": "Mật-khẩu-datalogger",
    "camera": "pass-of-camera",
    "relay": "pass-of-relay",
    "community": "word-of-switch",
    "auth": "auth-of-switch",
    "privacy": "privacy-of-switch",
}
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAA\n-----END OPENSSH PRIVATE KEY-----"
SECRETS = (*PASSWORDS.values(), "b3BlbnNzaC1rZXktdjEAAAA")
PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
pi:x:1000:1000:,,,:/home/pi:/bin/bash
tram:x:1001:1001::/home/tram:/bin/sh
installer:x:1002:27::/home/installer:/usr/bin/zsh
toor:x:0:0::/root:
nonsense
"""
STATION = """\
station: {{name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}}
storage: {{path: {folder}/storage}}
links: {{bus: {{type: modbus-tcp, host: 192.168.1.10}}}}
instruments: [{{name: ozone, link: bus, unit: 3, profile: teledyne-t400}}]
cameras:
  storage: {{path: {folder}/video}}
  list: [{{name: outlet, url: "rtsp://192.168.1.31/1", user: admin, password: {{file: {folder}/secrets/camera}}}}]
  relay: {{user: so-tnmt, password: {{file: {folder}/secrets/relay}}}}
ports: [{{id: "usb:1-1.3", state: unused, seal: TEM-1}}]
ports_policy:
  root: {folder}/root
  snmp:
    - {{host: 192.168.1.2, community: {{file: {folder}/secrets/community}}}}
    - host: 192.168.1.3
      user: look
      auth: {{file: {folder}/secrets/auth}}
      privacy: {{file: {folder}/secrets/privacy}}
handover:
  accounts:
    - {{of: datalogger, level: quản trị, user: admin, password: {{file: {folder}/secrets/datalogger}}}}
    - {{of: box, level: administrator, user: tram, key: {{file: {folder}/secrets/key}}}}
    - {{of: plc, level: view, user: guest}}
"""


class OpenRecipient(Recipient):
    """Turns the content round, so that a test can read it and a search finds nothing."""

    words = "Sở Nông nghiệp <và> Môi trường"
    fingerprint = "f" * 64
    file_name = "accounts.test"
    opens_with = "rev"

    def encrypt(self, content: bytes) -> bytes:
        return content[::-1]

    def doubts(self, now_ms: int) -> str | None:
        return None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("secrets", "storage", "root/etc/ssh"):
        (tmp_path / name).mkdir(parents=True)
    for name, secret in {**PASSWORDS, "key": KEY}.items():
        (tmp_path / "secrets" / name).write_text(secret)
        (tmp_path / "secrets" / name).chmod(0o600)
    public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== root@box\n"
    (tmp_path / "root/etc/ssh/ssh_host_ed25519_key.pub").write_text(public)
    (tmp_path / "root/etc/ssh/ssh_host_rsa_key.pub").write_text("nonsense")
    (tmp_path / "root/etc/passwd").write_text(PASSWD)
    (tmp_path / "root/etc/group").write_text("root:x:0:\nsudo:x:27:pi,lan\nusers:x:100:guest\n")
    (tmp_path / "gateway.yaml").write_text(STATION.format(folder=tmp_path), "utf-8")
    Journey(tmp_path / "storage").database.close()
    return tmp_path


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    opened = open_database(folder / "storage/gateway.db")
    SealRegister(opened).add(SealEntry(MIDNIGHT_MS, SealAct.PUT, "usb:1-1.3", "TEM-1", "A", "new"), (), "lan")
    yield opened
    opened.close()


def made(folder: Path, database: Database, configuration: Configuration | None = None) -> Path:
    configuration = configuration or load(folder / "gateway.yaml")
    out = folder / "out"
    make_handover(configuration, database, OpenRecipient(), out, MIDNIGHT_MS, "lan", Language.VIETNAMESE)
    return out


def entries(database: Database) -> list[dict[str, object]]:
    rows = database.read("SELECT what FROM journal WHERE kind = ?", (EntryKind.HANDOVER.value,))
    return [json.loads(what) for (what,) in rows]


def test_every_account_is_in_the_encrypted_part_with_its_secret(folder: Path, database: Database) -> None:
    content = json.loads((made(folder, database) / "accounts.test").read_bytes()[::-1])
    assert content["station"] == "TST001"
    told = {(one["of"], one["user"]): one.get("password", one.get("key")) for one in content["accounts"]}
    assert told == {
        ("datalogger", "admin"): PASSWORDS["datalogger"],
        ("box", "tram"): KEY,
        ("plc", "guest"): None,
        ("outlet", "admin"): PASSWORDS["camera"],
        ("relay", "so-tnmt"): PASSWORDS["relay"],
        ("192.168.1.2", "community"): PASSWORDS["community"],
        ("192.168.1.3", "look (auth)"): PASSWORDS["auth"],
        ("192.168.1.3", "look (privacy)"): PASSWORDS["privacy"],
    }


def test_no_secret_lies_anywhere_in_plain(folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = folder / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    made(folder, database)
    database.close()
    looked_at = [file for file in folder.rglob("*") if file.is_file() and file.parent.name != "secrets"]
    assert {"act.docx", "act.html", "handover.json", "gateway.db"} <= {file.name for file in looked_at}
    for file in looked_at:
        content = file.read_bytes()
        if file.suffix == ".docx":
            content += "".join(cell.text for table in Document(str(file)).tables for cell in table._cells).encode()
        for secret in SECRETS:
            assert secret.encode() not in content, file
            assert json.dumps(secret)[1:-1].encode() not in content, file


def test_the_act_says_what_is_handed_over_and_leaves_room_to_sign(folder: Path, database: Database) -> None:
    source = ConfigurationSource("0" * 64, "{}")
    configurations.adopt(database, source, (), folder / "gateway.yaml", MIDNIGHT_MS)
    out = made(folder, database)
    page = (out / "act.html").read_text("utf-8")
    document = Document(str(out / "act.docx"))
    words = "\n".join(one.text for one in document.paragraphs)
    words += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    seq, digest = database.read("SELECT seq, hash FROM journal WHERE kind != 'handover' ORDER BY seq DESC LIMIT 1")[0]
    configured = hashlib.sha256((folder / "gateway.yaml").read_bytes()).hexdigest()
    encrypted = hashlib.sha256((out / "accounts.test").read_bytes()).hexdigest()
    for shown in (page, words):
        for wanted in (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BIÊN BẢN BÀN GIAO", "ĐẠI DIỆN BÊN NHẬN", "quản trị", "datalogger",
            "TEM-1", str(seq), digest, configured, encrypted, "ssh-ed25519", "station-gateway",
        ):  # fmt: skip
            assert wanted in shown, wanted
    assert "Sở Nông nghiệp <và> Môi trường" in words
    assert "<và>" not in page
    assert "<dd class=alarming>không</dd>" in page  # another configuration runs


def test_nobody_who_can_log_in_to_the_box_is_missed(folder: Path, database: Database) -> None:
    out = made(folder, database)
    told = json.loads((out / "handover.json").read_text("utf-8"))["box_accounts"]
    assert [(one["user"], one["level"], one["is_handed_over"]) for one in told] == [
        ("root", "root", False),
        ("pi", "sudo", False),
        ("tram", "login", True),
        ("installer", "sudo", False),
        ("toor", "root", False),
    ]
    assert "toàn quyền qua sudo" in (out / "act.html").read_text("utf-8")


def test_the_journal_knows_every_byte_that_was_handed_over(folder: Path, database: Database) -> None:
    out = made(folder, database)
    (told,) = entries(database)
    assert told["recipient_sha256"] == "f" * 64
    assert told["files"] == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(out.iterdir())}
    summary = json.loads((out / "handover.json").read_text("utf-8"))
    assert summary["journal"]["seq"] == 1
    assert summary["ports"] == [{"id": "usb:1-1.3", "state": "unused", "of": None, "seals": ["TEM-1"]}]
    assert list(summary["host_keys"]) == ["ssh-ed25519"]


def without_a_secret(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "secrets/camera").unlink()


def with_a_secret_for_everybody(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "secrets/relay").chmod(0o644)


def into_a_folder_that_is_full(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "out").mkdir()
    (folder / "out/act.html").write_text("an older act")


def with_a_full_disk(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("gateway.reports.handover.folder.os.fsync", full)


def with_a_journal_that_takes_nothing(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise GatewayError("the database takes nothing")

    monkeypatch.setattr("gateway.reports.handover.folder.append", fail)


@pytest.mark.parametrize(
    "trouble",
    [
        without_a_secret,
        with_a_secret_for_everybody,
        into_a_folder_that_is_full,
        with_a_full_disk,
        with_a_journal_that_takes_nothing,
    ],
)
def test_without_something_there_is_no_hand_over_at_all(
    folder: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    configuration = load(folder / "gateway.yaml")
    trouble(folder, monkeypatch)
    before = sorted(file.name for file in folder.rglob("*") if "storage" not in file.parts)
    with pytest.raises(GatewayError) as failed:
        made(folder, database, configuration)
    assert sorted(file.name for file in folder.rglob("*") if "storage" not in file.parts) == before
    assert entries(database) == []
    for secret in SECRETS:
        assert secret not in str(failed.value)


CUT_OFF = """
import os, sys
from pathlib import Path
from gateway.cli.handover import handover
from gateway.reports.handover import folder
folder.append = lambda *_: os._exit(9)
handover(Path(sys.argv[1]), sys.argv[2], config=Path(sys.argv[3]))
"""


def test_what_a_power_cut_leaves_has_no_secret_and_no_name(folder: Path, database: Database) -> None:
    recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    words = (sys.executable, "-c", CUT_OFF, str(folder / "out"), recipient, str(folder / "gateway.yaml"))
    ended = subprocess.run(words, cwd=folder, capture_output=True, check=False, timeout=120)
    assert ended.returncode == 9, ended.stderr
    (left,) = folder.glob(".out.*.part")
    assert not (folder / "out").exists()
    assert entries(database) == []
    for file in left.iterdir():
        assert not [secret for secret in SECRETS if secret.encode() in file.read_bytes()], file
    assert (made(folder, database) / "handover.json").exists()


def test_a_person_makes_it_by_command(folder: Path, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    database.close()
    recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    handover(folder / "out", recipient, config=folder / "gateway.yaml")
    said = capsys.readouterr()
    assert "accounts: 8; entry 2 of the journal" in said.err
    assert "not handed over: root, pi, installer, toor\n" in said.err
    assert sorted(file.name for file in (folder / "out").iterdir()) == [
        "accounts.age", "act.docx", "act.html", "handover.json", "seals.html", "station.html",
    ]  # fmt: skip
    assert (folder / "out/accounts.age").read_bytes().startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert not [secret for secret in SECRETS if secret in said.out + said.err]
    with pytest.raises(GatewayError, match="exists and is not empty; choose another folder$"):
        handover(folder / "out", recipient, config=folder / "gateway.yaml")


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ("{of: box, level: x, user: a, password: plain}", "is written out"),
        ("{of: box, level: x, user: a, key: {env: KEY}}", "cannot be taken from env"),
        ("{of: box, level: x, user: a}, {of: box, level: y, user: a}", "has a of box twice"),
        ("{of: box, level: x, user: a, password: {env: P}, key: {file: /k}}", "stands beside a password"),
        ("{of: box, user: a}", "level"),
    ],
)
def test_accounts_are_references_told_apart(tmp_path: Path, accounts: str, said: str) -> None:
    file = tmp_path / "gateway.yaml"
    content = STATION.format(folder=tmp_path).partition("cameras:")[0]
    file.write_text(f"{content}handover: {{accounts: [{accounts}]}}\n", "utf-8")
    with pytest.raises(ConfigError, match=said):
        load(file, check_secrets=False)


def test_documents_are_left_out_where_they_cannot_be_made(
    folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise GatewayError("docx needs python-docx")

    monkeypatch.setattr("gateway.reports.formats.office_document.require", missing)
    out = made(folder, database)
    assert not (out / "act.docx").exists()
    assert io.BytesIO((out / "act.html").read_bytes()).read(9) == b"<!doctype"


def test_a_name_that_is_a_link_is_told_before_the_journal_tells_of_a_hand_over(
    folder: Path, database: Database
) -> None:
    (folder / "out").symlink_to(folder / "elsewhere")
    with pytest.raises(GatewayError, match="is a symbolic link"):
        made(folder, database)
    assert [one for one in entries(database) if "recipient" in one] == []
