"""What a person sees of files that a receiver took away: at the command line, with each proof."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.app.delivery_wiring import delivery_workers
from gateway.config import load
from gateway.core.publishing import Proof
from gateway.db import open_database
from gateway.db.board import Board
from gateway.files.store import FileStore
from gateway.outbox.in_flight import InFlight
from gateway.outbox.store import OutboxStore
from gateway.runtime.clock import AlwaysTrusted, SystemClock
from tests.contract.uplinks.day import day, destination
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command
from tests.support.odd_sftp import QUESTIONS, Code, OddSftpServer, SftpOddities, odd_sftp, write_only
from tests.support.odd_storage import Takes

NAME = "so-tnmt"
SLOTS = 6
SPAN = ("--from", "2026-01-01", "--to", "2026-01-02")


@dataclass
class Station:
    """A station whose files of a day were carried to an odd receiver, with `proof: present`."""

    configuration: Path
    server: OddSftpServer

    def asked(self, *arguments: str, code: int = 0) -> Any:
        done = command(*arguments, "--json", "--config", self.configuration)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def say(self, *arguments: str) -> tuple[int, str, str]:
        done = command(*arguments, "--config", self.configuration)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    def configure(self, proof: Proof) -> None:
        text = self.configuration.read_text("utf-8").replace("    proof: present\n", f"    proof: {proof}\n")
        self.configuration.write_text(text, "utf-8")

    def start(self) -> None:
        """What a start of the daemon does before it carries anything."""
        configuration = load(self.configuration)
        database = open_database(self.configuration.parent / "storage" / "gateway.db")
        clock = SystemClock()
        outbox, files, board = OutboxStore(database), FileStore(database), Board(database)
        trust = AlwaysTrusted(clock)
        for workers in delivery_workers(
            configuration, outbox, files, board, database, clock, trust, InFlight()
        ).values():
            for worker in workers:
                worker.close()
        database.close()


def station(folder: Path, oddities: SftpOddities) -> Iterator[Station]:
    with odd_sftp(oddities) as server:
        to = destination(folder, "sftp", server.port, server.user, server.password, "/", host_key=server.host_key)
        (folder / "storage").mkdir()
        with day(folder / "storage", to, SLOTS) as sent:
            sent.carry()
        instruments = {"plc": {"host": "127.0.0.1", "port": 9}, "bus": {"device": str(folder / "ttyUSB0")}}
        far = Server("sftp", "127.0.0.1", server.port, server.user, server.password, server.host_key)
        file = write(folder, instruments, [Wanted(NAME, far)], slot="5min")
        text = file.read_text("utf-8").replace(f":{server.port}/NUO001", f":{server.port}/")
        file.write_text(f'{text}    proof: present\n    folder: "%Y/%m/%d"\n', "utf-8")
        yield Station(file, server)


@pytest.fixture
def taking(tmp_path: Path) -> Iterator[Station]:
    """A receiver that takes each file away when it has its name: it was shown to be there before."""
    yield from station(tmp_path, SftpOddities(takes=Takes.AFTER_RENAME))


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Station]:
    """An account that may not look at what it wrote."""
    yield from station(tmp_path, SftpOddities(answers=write_only(Code.PERMISSION_DENIED, *QUESTIONS)))


@pytest.fixture
def unlisted(tmp_path: Path) -> Iterator[Station]:
    yield from station(tmp_path, SftpOddities(answers={"READDIR": Code.PERMISSION_DENIED}))


def test_most_gone_asks_for_a_second_word_and_names_the_way_out(taking: Station) -> None:
    """ "44 of 44 missing", and the repair sent all of them again."""
    code, out, err = taking.say("verify", NAME, *SPAN, "--repair")
    assert code == 1
    assert f"{SLOTS} delivered files looked for, {SLOTS} missing or different" in out
    assert "0 files wait to be sent again" in out
    assert "proof: answer" in err
    assert taking.asked("deliveries", NAME, "--state", "waiting")["totals"]["deliveries"] == 0
    code, out, _ = taking.say("verify", NAME, *SPAN, "--repair", "--all")
    assert f"{SLOTS} files wait to be sent again" in out


def test_where_the_answer_is_the_proof_nothing_is_missing(taking: Station) -> None:
    taking.configure(Proof.ANSWER)
    found = taking.asked("verify", NAME, *SPAN, "--repair")
    assert (found["checked"], found["missing"], found["taken_away"], found["queued"]) == (SLOTS, 0, SLOTS, 0)
    _, out, _ = taking.say("verify", NAME, *SPAN)
    assert f"{SLOTS} taken away by the receiver" in out


def test_a_folder_that_may_not_be_listed_lacks_nothing(unlisted: Station) -> None:
    """ "61 delivered files looked for, 61 missing"."""
    found = unlisted.asked("verify", NAME, *SPAN, "--repair", code=1)
    assert (found["missing"], found["not_told"], found["queued"]) == (0, SLOTS, 0)
    assert unlisted.asked("verify", NAME, *SPAN, "--content")["not_told"] == 0


def test_what_is_held_is_seen_everywhere_and_counts_once_answers_do(silent: Station) -> None:
    uploads = silent.server.uploads  # the probes of the server's profile are among them
    listed = silent.asked("deliveries", NAME, *SPAN)
    assert sum(one["tries"] for one in listed["deliveries"]) == SLOTS + 2
    assert (listed["totals"]["waiting"], listed["held"]) == (SLOTS, SLOTS)
    accepted = {one["name"]: one["accepted_at"] for one in listed["deliveries"]}
    assert silent.asked("status")["destinations"][0]["held"] == SLOTS
    for arguments in (("status",), ("status", NAME), ("deliveries", NAME, *SPAN)):
        assert "proof: answer" in silent.say(*arguments)[1]
    silent.configure(Proof.ANSWER)
    silent.start()
    now = {
        one["name"]: (one["state"], one["delivered"]) for one in silent.asked("deliveries", NAME, *SPAN)["deliveries"]
    }
    assert now == {name: ("delivered", at) for name, at in accepted.items()}
    assert silent.server.uploads == uploads
    (told,) = [one for one in silent.asked("journal", "show", "--kind", "delivery") if one["what"].get("action")]
    assert (told["what"]["action"], told["what"]["deliveries"]) == ("accept", SLOTS)
