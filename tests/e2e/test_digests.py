"""A day's digest, from the daemon to the authority's server, and a file's proof in the hands of somebody who has
nothing of ours but a script."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.core.file_proof import FORMAT
from gateway.core.journal_entry import canonical, entry_hash
from gateway.db import open_database
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.digest_deliveries import DigestDeliveries, DigestResult
from tests.support.digests import DESTINATION, DigestStation
from tests.support.journal import run_script, script
from tests.support.live.configuration import Server as Address
from tests.support.live.configuration import Wanted, write
from tests.support.live.gateway import RunningGateway, command
from tests.support.servers.openssh import openssh
from tests.support.servers.vsftpd import vsftpd

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
SOON_S = 90.0
SLOTS = 3


@dataclass
class Sent:
    """What a run left behind."""

    configuration: Path
    key: str
    root: Path
    """At the server."""

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(file.read_bytes()) for file in sorted(self.root.rglob("*.digest.json"))]


@pytest.fixture(params=["openssh", "vsftpd for one"])
def sent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sent]:
    """Files that wait for a server, of which one takes a single connection; the first run for months digests them."""
    with ExitStack() as exits:
        if request.param == "openssh":
            server, proof = exits.enter_context(openssh(tmp_path / "server")), True
        else:
            server, proof = exits.enter_context(vsftpd(tmp_path / "server", extra="max_clients=1")), False
        scheme = "sftp" if proof else "ftp"
        address = Address(
            scheme, server.host, server.port, server.user, server.password, server.host_key or "", server.path
        )
        gateway, key = digesting(tmp_path, address)
        try:
            found = Sent(tmp_path / "station" / "gateway.yaml", key, server.root)
            wait_until(lambda: found.lines() and len(list(server.root.rglob("*.txt"))) >= SLOTS, gateway)
            time.sleep(0.5)
        finally:
            gateway.stop()
        yield found


def digesting(tmp_path: Path, address: Address) -> tuple[RunningGateway, str]:
    """A daemon that has files to digest and somebody to bring the digest to; and its key."""
    folder = tmp_path / "station"
    storage = folder / "storage"
    storage.mkdir(parents=True)
    station = DigestStation(storage)
    for slot in range(1, SLOTS + 1):
        station.file(0, slot)
    station.journey.database.close()
    configuration = write(folder, INSTRUMENTS, [Wanted(DESTINATION, address)])
    configuration.write_text(configuration.read_text("utf-8") + "\njournal: {send: true}\n", "utf-8")
    return RunningGateway(configuration, tmp_path / "log"), station.key.public_hex


def wait_until(is_so: Callable[[], object], gateway: RunningGateway) -> None:
    deadline_s = time.monotonic() + SOON_S
    while not is_so():
        gateway.check()
        assert time.monotonic() < deadline_s, gateway.log.read_text()[-2000:]
        time.sleep(0.2)


def test_a_digest_arrives_and_the_script_proves_the_file_that_the_authority_holds(sent: Sent, tmp_path: Path) -> None:
    [entry] = sent.lines()
    assert (entry["kind"], entry["what"]["files"], entry["what"]["key"]) == ("digest", SLOTS, sent.key)  # type: ignore[index]
    assert not list(sent.root.rglob("*.part"))
    proof = tmp_path / "proof.json"
    done = command("journal", "prove", "2026-01-01T00:10", "-o", proof, "--config", sent.configuration)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    verified = run_script(script(tmp_path), proof, sent.key)
    assert verified.returncode == 0, verified.stderr
    assert command("journal", "verify", proof).returncode == 0
    touched = tmp_path / "touched.json"
    touched.write_text(proof.read_text("utf-8").replace("001000", "001500", 1), "utf-8")
    assert "is not in the digest" in command("journal", "verify", touched).stderr
    [held] = sent.root.rglob("*20260101001000.txt")
    [file] = json.loads(proof.read_bytes())["files"]
    assert (file["name"], file["sha256"]) == (held.name, hashlib.sha256(held.read_bytes()).hexdigest())
    assert file["digest"] == entry

    shown = json.loads(command("status", "--json", "--config", sent.configuration).stdout)
    assert shown["journal"]["digest"]["root"] == entry["what"]["root"]  # type: ignore[index]
    [destination] = shown["destinations"]
    assert (destination["digests"]["delivered"], destination["digests"]["waiting"]) == (1, 0)
    assert destination["pending"] == 0


def test_a_server_that_takes_no_digest_gets_every_file_all_the_same(tmp_path: Path) -> None:
    """It answers as if the account could write nothing, and no lane is kept away by it."""
    with vsftpd(tmp_path / "server", extra="deny_file={*.json,*.json.*}") as server:
        address = Address("ftp", server.host, server.port, server.user, server.password, "", server.path)
        gateway, _ = digesting(tmp_path, address)
        try:
            wait_until(lambda: "digests wait" in gateway.log.read_text(), gateway)
            had = len(list(server.root.rglob("*.txt")))
            wait_until(lambda: len(list(server.root.rglob("*.txt"))) > had, gateway)
        finally:
            gateway.stop()
        assert "state=rejected" not in gateway.log.read_text()
        assert "destination rejected" not in gateway.log.read_text()
        assert not list(server.root.rglob("*.json*"))


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """Of one day that was digested, and the beginning of the next. Returns the configuration."""
    storage = tmp_path / "storage"
    storage.mkdir()
    made = DigestStation(storage, recipients=[DESTINATION])
    made.file(0, 1)
    made.file(0, 2)
    made.day_over(1)
    made.file(1, 10)
    deliveries = DigestDeliveries(made.journey.database)
    [waiting] = deliveries.waiting(DESTINATION, 9)
    deliveries.settle([DigestResult(waiting.id, DeliveryState.REFUSED, 1, 1, "553 not allowed")])
    made.journey.database.close()
    (tmp_path / "key").write_text(made.key.public_hex)
    address = Address("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}")
    return write(tmp_path, INSTRUMENTS, [Wanted(DESTINATION, address)])


def test_what_proves_a_slot_is_shown(station: Path) -> None:
    done = command("journal", "prove", "2026-01-01T00:05", "--config", station)
    assert (done.returncode, done.stderr) == (0, "")
    assert "HN_ABCD_NUO001_20260101000500.txt" in done.stdout
    assert "digest  of 2026-01-01, entry" in done.stdout
    told = json.loads(command("journal", "prove", "2026-01-01T00:05", "--json", "--config", station).stdout)
    assert (told["proof"], told["slot"], told["not_covered"]) == (FORMAT, "2026-01-01T00:05:00+07:00", [])


def test_verify_holds_the_files_against_their_digests(station: Path) -> None:
    told = json.loads(command("journal", "verify", "--json", "--config", station).stdout)
    assert told["files"] == {"checked": 2, "faults": []}
    database = open_database(station.parent / "storage" / "gateway.db")
    with database.write() as connection:
        connection.execute("DROP TRIGGER file_is_final")
        connection.execute("UPDATE file SET sha256 = zeroblob(32) WHERE id = 2")
    database.close()
    done = command("journal", "verify", "--config", station)
    assert done.returncode == 1
    assert "HN_ABCD_NUO001_20260101001000.txt is not the file in the digest of 2026-01-01" in done.stderr
    assert command("journal", "prove", "2026-01-01T00:10", "--config", station).returncode == 1


@pytest.mark.parametrize(
    ("slot", "code", "said"),
    [
        ("2026-01-02T00:50", 1, "in no digest yet"),
        ("2025-12-01T00:05", 1, "beyond what is kept"),
        ("2026-01-01T00:07", 1, "no slot ends then"),
        ("2026-01-01", 2, "is a day"),
        ("yesterday", 2, "is neither a day nor an instant"),
        ("the day before", 2, "neither a day nor an instant"),
    ],
)
def test_what_cannot_be_proven_is_said(station: Path, tmp_path: Path, slot: str, code: int, said: str) -> None:
    proof = tmp_path / "proof.json"
    done = command("journal", "prove", slot, "-o", proof, "--config", station)
    assert done.returncode == code
    assert said in done.stderr
    assert not proof.exists()


@pytest.mark.parametrize("change", ["name", "sha256", "path", "root", "key", "seq", "form", "twice", "two"])
def test_the_script_and_the_gateway_find_every_change_of_a_proof(station: Path, tmp_path: Path, change: str) -> None:
    key = (tmp_path / "key").read_text()
    proof = tmp_path / "proof.json"
    command("journal", "prove", "2026-01-01T00:05", "-o", proof, "--config", station)
    assert run_script(script(tmp_path), proof, key).returncode == 0
    content = json.loads(proof.read_bytes())
    [file] = content["files"]
    if change == "name":
        file["name"] = "HN_ABCD_NUO001_20260101000600.txt"
    elif change == "sha256":
        file["sha256"] = "00" * 32
    elif change == "path":
        file["path"].pop()
    elif change == "root":
        file["digest"]["what"]["root"] = "00" * 32
    elif change == "seq":  # signed by nobody but in `head`
        entry = file["digest"]
        entry["seq"] += 1
        entry["hash"] = entry_hash(**{name: entry[name] for name in entry.keys() - {"hash"}})
    elif change == "two":  # of more than a slot has, the last
        content["files"] = [file] * 1000 + [{**file, "name": "nobody's"}]
    elif change == "key":
        key = "00" * 32
    told = canonical(content)
    if change in ("form", "twice"):
        told = told.replace("{", "{ " if change == "form" else '{"proof":"another",', 1)
    proof.write_text(told, "utf-8")
    if change != "key":
        assert command("journal", "verify", proof).returncode == 1
    done = run_script(tmp_path / "verify.py", proof, key)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("DOES NOT HOLD")


def test_digests_that_were_refused_are_shown_and_wait_again_when_a_person_says_so(station: Path) -> None:
    assert "1 digest of the journal refused: 553 not allowed" in command("status", "--config", station).stdout
    told = command("deliveries", DESTINATION, "--from", "2026-01-01", "--config", station)
    assert "digests of the journal: 0 delivered, 0 waiting, 1 refused" in told.stdout
    done = command("journal", "release", DESTINATION, "--config", station)
    assert (done.returncode, done.stdout) == (0, "waits again: 1 digest\n")
    assert "journal.send is off" in done.stderr
    shown = json.loads(command("status", DESTINATION, "--json", "--config", station).stdout)
    assert (shown["digests"]["waiting"], shown["digests"]["refused"]) == (1, 0)
    assert command("journal", "release", DESTINATION, "--config", station).stdout == "none was refused\n"
    acts = json.loads(command("journal", "show", "--kind", "delivery", "--json", "--config", station).stdout)
    assert acts[-1]["what"] == {"action": "release", "destination": DESTINATION, "digests": 1}
    assert acts[-1]["who"] != "gateway"
    assert command("journal", "release", "nobody", "--config", station).returncode == 2
