"""The daemon killed between what happens and the call that tells of it: each is told at least once, none is forgotten.
And how long it takes from the one to the other.

`GATEWAY_ALERT_KILLS` says how often it is killed, `GATEWAY_ALERT_SEED` at which moments, `GATEWAY_ALERT_TARGETS` how
many targets are told of ten events each.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.core.alert_pace import SINGLY
from gateway.db.connection import join_database
from gateway.db.damage import FoundDamage
from gateway.journal.matters import tell_damage
from tests.support.live.gateway import RunningGateway, command

KILLS = int(os.environ.get("GATEWAY_ALERT_KILLS", "3"))
SEED = int(os.environ.get("GATEWAY_ALERT_SEED", "16"))
TARGETS = int(os.environ.get("GATEWAY_ALERT_TARGETS", "2"))
MOMENTS = ("before the call", "during the call", "after the answer")
SOON_S = 60.0
"""A busy machine."""
P99_S = 5.0


@dataclass
class People:
    """Whoever is told: a web server on this machine. `told`: what came, and when by the monotonic clock. `answers`:
    otherwise a message that was read stays without an answer. `called`: one came."""

    server: ThreadingHTTPServer
    told: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    answers: bool = True
    called: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def subjects(self) -> set[str]:
        """Of all that was told, alone or in a digest."""
        words = [" ".join((body["subject"], *body["lines"])) for _, _, body in list(self.told)]
        return {word.strip(",.:;()") for line in words for word in line.split() if word.startswith("row-")}


@pytest.fixture
def people() -> Iterator[People]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.told.append((time.monotonic(), self.path, body))
            found.called.set()
            if not found.answers:
                self.rfile.read(1)  # until whoever called is no more
                return
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = People(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def station(folder: Path, port: int, targets: int = 1) -> Path:
    """Without an instrument that answers: whatever happens is what the test does."""
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("geheim-8472", "utf-8")
    told = "".join(
        f'  - {{name: t{number}, webhook: "http://127.0.0.1:{port}/t{number}", secret: {{file: {secret}}},'
        " on: [damage]}\n"
        for number in range(targets)
    )
    file = folder / "gateway.yaml"
    file.write_text(
        f"""\
station: {{name: Trạm nước thải thử nghiệm, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {folder / "storage"}}}
clock: {{trust: assume}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1, port: 9, timeout: 1s}}
instruments:
  - name: probe
    link: plc
    unit: 1
    poll: 5s
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:4", type: float32}}
destinations: []
alerts:
{told}""",
        "utf-8",
    )
    return file


@dataclass(frozen=True, slots=True)
class Happening:
    """What another process writes into the journal, as a command would: in its own transaction."""

    database: Path

    def happen(self, subject: str) -> float:
        """Returns when it was committed, by the monotonic clock."""
        with closing(join_database(self.database)) as database, database.write() as connection:
            found = FoundDamage(subject, "a test of being told", mended=False)
            tell_damage(connection, found, round(time.time() * 1000))
        return time.monotonic()


def wait_for(what: str, is_so: Any, gateway: RunningGateway, within_s: float = SOON_S) -> None:
    deadline_s = time.monotonic() + within_s
    while not is_so():
        gateway.check()
        assert time.monotonic() < deadline_s, what
        time.sleep(0.05)


def wait_until_started(gateway: RunningGateway, times: int = 1) -> None:
    wait_for("it starts", lambda: gateway.log.read_bytes().count(b"gateway started") >= times, gateway)


def test_killed_between_the_event_and_the_call_each_is_told_and_none_forgotten(tmp_path: Path, people: People) -> None:
    configuration, log = station(tmp_path, people.port), tmp_path / "gateway.log"
    chance = random.Random(SEED)
    happening = Happening(tmp_path / "storage/gateway.db")
    happened: list[str] = []
    for life in range(KILLS):
        moment = MOMENTS[(life + SEED) % len(MOMENTS)]
        people.answers = moment != "during the call"
        gateway = RunningGateway(configuration, log)
        try:
            wait_until_started(gateway, life + 1)
            people.called.clear()
            for number in range(chance.randint(1, 3)):
                happened.append(f"row-{life}-{number}")
                happening.happen(happened[-1])
                time.sleep(chance.uniform(0, 0.4))
            if moment == "before the call":
                time.sleep(chance.uniform(0, 1.3))
            else:
                assert people.called.wait(SOON_S), "nobody was called"
                time.sleep(chance.uniform(0, 0.05))
            gateway.check()
        finally:
            gateway.kill()
    people.answers = True
    gateway = RunningGateway(configuration, log)
    try:
        wait_until_started(gateway, KILLS + 1)
        wait_for("all are told", lambda: people.subjects() >= set(happened), gateway, 120.0)
    finally:
        stopped = gateway.stop()
    assert stopped.code == 0
    assert people.subjects() == set(happened)
    ids: dict[str, str] = {}
    for _, _, body in people.told:
        if body["state"] != "digest":
            assert ids.setdefault(body["subject"], body["id"]) == body["id"], "told again as another message"
    shown = command("alerts", "list", "--json", "--config", configuration)
    kept = json.loads(shown.stdout)
    assert {one["outcome"] for one in kept} == {"told"}
    again = len(people.told) - len({body["id"] for _, _, body in people.told})
    print(f"killed {KILLS} times: {len(happened)} events, {len(people.told)} messages, {again} of them again")


def test_a_target_is_called_within_seconds_of_the_event(tmp_path: Path, people: People) -> None:
    configuration, log = station(tmp_path, people.port, TARGETS), tmp_path / "gateway.log"
    happening = Happening(tmp_path / "storage/gateway.db")
    chance = random.Random(SEED)
    happened: dict[str, float] = {}
    gateway = RunningGateway(configuration, log)
    try:
        wait_until_started(gateway)
        wait_for("it is ready", lambda: log.read_bytes().count(b"ready to tell") == TARGETS, gateway)
        for number in range(SINGLY):
            name = f"row-{number}"
            happened[name] = happening.happen(name)
            time.sleep(chance.uniform(0.2, 1.2))
        wait_for("all are told", lambda: len(people.told) >= TARGETS * SINGLY, gateway)
    finally:
        gateway.stop()
    waits_s = sorted(at_s - happened[next(iter(_rows(body)))] for at_s, _, body in people.told)
    p50_s, p99_s = waits_s[len(waits_s) // 2], waits_s[min(len(waits_s) - 1, round(0.99 * len(waits_s)))]
    print(f"event → called: {len(waits_s)} calls, p50 {p50_s:.2f} s, p99 {p99_s:.2f} s, longest {waits_s[-1]:.2f} s")
    assert {path for _, path, _ in people.told} == {f"/t{number}" for number in range(TARGETS)}
    assert p99_s <= P99_S


def _rows(body: dict[str, Any]) -> set[str]:
    return {word.strip(",.:;()") for word in body["subject"].split() if word.startswith("row-")}


def test_a_person_tries_the_targets_without_the_daemon(tmp_path: Path, people: People) -> None:
    configuration = station(tmp_path, people.port, 2)
    done = command("alerts", "test", "t1", "-c", configuration)
    assert (done.returncode, done.stdout) == (0, "t1: told\n")
    assert [(path, body["state"]) for _, path, body in people.told] == [("/t1", "test")]
    done = command("alerts", "test", "t3", "-c", configuration)
    assert done.returncode == 2
    assert "t3 is no target: write one of t0, t1" in done.stderr
    configuration = station(tmp_path, 9, 2)
    done = command("alerts", "test", "-c", configuration)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 2
    assert "t0: " in done.stderr
