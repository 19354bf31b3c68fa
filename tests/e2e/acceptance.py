"""An acceptance test from its first step to its last, by `gateway accept` on a real station: the simulator plays the
receiver and is the instruments, a script plays the person, and the daemon is killed where the power is cut.

Beside it, at a second station, everything is wrong.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stationsim
from tests.support.department import with_certificate
from tests.support.live.gateway import command
from tests.support.live.simulator import SimulatedStation

SCENARIO = stationsim.scenario("acceptance")
LIST = """\
folder: NUO001/%Y/%m/%d
name: HN_ABCD_NUO001_%Y%m%d%H%M%S.txt
interval: 10s
parameters: [{symbol: pH, unit: "-"}, {symbol: COD, unit: mg/L}, {symbol: TSS, unit: mg/L}]
"""
DISPLAY = {"pH": 7.2, "COD": 62.4, "TSS": 38.5}
KILLS = int(os.environ.get("GATEWAY_ACCEPTANCE_KILLS", "0"))
"""So often the command that tests is killed before it may come to its end, each time at another moment."""
IS_LONG = KILLS > 0
"""Whether it may take minutes: of what is wrong, what takes longest stands in the long campaign alone."""
SEED = int(os.environ.get("GATEWAY_ACCEPTANCE_SEED", "1"))
LONGEST_LIFE_S = 25.0
_PATIENCE_S = 60.0
_POWER_IS_CUT = """\
import os, pathlib, signal, subprocess, sys, time
folder, config = pathlib.Path(sys.argv[1]), sys.argv[2]
os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
time.sleep(1)
with (folder / "gateway.log").open("ab") as log:
    child = subprocess.Popen([sys.executable, "-m", "gateway", "run", "-c", config], stdout=log, stderr=log,
                             start_new_session=True)
(folder / "pid").write_text(str(child.pid))
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What `gateway accept` ended with. `protocol`: what it wrote, as JSON; `None`: nothing."""

    code: int
    said: str
    protocol: dict[str, Any] | None

    def step(self, name: str, subject: str | None = None) -> dict[str, Any]:
        found = [one for one in (self.protocol or {})["steps"] if (one["step"], one["subject"]) == (name, subject)]
        assert len(found) == 1, self.said
        one: dict[str, Any] = found[0]
        return one

    def keys(self, name: str, subject: str | None = None) -> list[str]:
        """What was seen, by its keys."""
        return [fact["key"] for fact in self.step(name, subject)["seen"]]


@dataclass(slots=True)
class AcceptanceSeen:
    """Everything that the tests look at."""

    whole: Accepted
    again: Accepted
    """The same command once more."""
    document: bytes
    journal: list[dict[str, Any]]
    score: dict[str, Any]
    broken_off: Accepted
    """By Ctrl-C while a person was waited for."""
    wrong: dict[str, Accepted] = field(default_factory=dict)


class Bench:
    """A simulated station with a gateway on it."""

    def __init__(self, folder: Path, *, time_is_off: bool = False) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        scenario = SCENARIO.read_text("utf-8")
        if time_is_off:
            scenario = scenario.replace("right}", "right, offset: 90s}").replace(
                "right-too}", "right-too, offset: 90s}"
            )
        self.simulator = SimulatedStation(scenario, folder / "sim")
        self.config = folder / "gateway.yaml"
        servers = ", ".join(f'"{one["host"]}:{one["port"]}"' for one in self.simulator.time_servers.values())
        self.config.write_text(self._configuration(f"{{servers: [{servers}]}}"), "utf-8")
        self.list("list.yaml", LIST)

    def list(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(text, "utf-8")
        return file

    def start(self) -> None:
        with (self.folder / "gateway.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "gateway", "run", "-c", str(self.config)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.folder / "pid").write_text(str(child.pid))
        until_s = time.monotonic() + _PATIENCE_S
        while "started" not in (self.folder / "gateway.log").read_text("utf-8", "replace"):
            assert time.monotonic() < until_s, "the gateway did not start"
            time.sleep(0.1)

    def stop(self) -> None:
        """Whoever is started last: the one before was killed."""
        with suppress(FileNotFoundError, ProcessLookupError):
            pid = int((self.folder / "pid").read_text())
            os.kill(pid, signal.SIGTERM)
            until_s = time.monotonic() + 20
            while time.monotonic() < until_s and Path(f"/proc/{pid}/status").exists():
                with suppress(ChildProcessError):
                    if os.waitpid(pid, os.WNOHANG)[0] == pid:
                        break
                time.sleep(0.1)

    def act(self, *words: str) -> list[str]:
        """The command that a person's hands are."""
        return [sys.executable, "-m", "stationsim", "act", str(self.simulator.folder), *words]

    def accept(self, answers: dict[str, Any], *more: str, listed: str | None = "list.yaml") -> Accepted:
        file = self.folder / f"answers-{time.monotonic_ns()}.yaml"
        file.write_text(json.dumps(answers, ensure_ascii=False), "utf-8")
        lists = () if listed is None else ("--list", str(self.folder / listed))
        done = command(
            "accept", "--answers", file, *lists, *more, "--language", "en", "--json", "-c", self.config, timeout_s=400
        )  # fmt: skip
        return Accepted(done.returncode, done.stderr, json.loads(done.stdout) if done.stdout else None)

    def _configuration(self, clock: str) -> str:
        reached, access = self.simulator.instruments, self.simulator.authorities["province"]["sftp"]
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text(access["password"], "utf-8")
        status = 'status: {register: "holding:100", type: uint16, calibrating: [1], fault: [2]}'
        links = "".join(
            f"  {link}: {{type: modbus-tcp, host: {reached[name]['host']}, port: {reached[name]['port']},"
            " timeout: 500ms}\n"
            for link, name in (("plc", "multiprobe"), ("bus", "solids"))
        )
        return f"""\
station: {{name: Trạm nghiệm thu, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {self.folder}/storage}}
reporting: {{slot: 10s}}
clock: {clock}
links:
{links}
instruments:
  - name: multiprobe
    link: plc
    unit: 1
    poll: 1s
    {status}
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32, decimals: 2, range: [0, 14]}}
      - {{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1, decimals: 1,
         limit: {{standard: "QCVN 40:2011", column: B, kq: 0.9, kf: 1.1}}}}
  - name: solids
    link: bus
    unit: 1
    poll: 1s
    {status}
    parameters: [{{symbol: TSS, unit: mg/L, register: "holding:0", type: float32, decimals: 1}}]
destinations:
  - name: province
    authority: province
    official_name: Sở Nông nghiệp và Môi trường Hà Nội
    url: sftp://{access["user"]}@{access["host"]}:{access["port"]}/NUO001
    password: {{file: {secret}}}
    host_key: "{access["host_key"]}"
handover:
  accounts: [{{of: datalogger, level: administrator, user: admin, password: {{file: {secret}}}}}]
"""


def run(folder: Path) -> AcceptanceSeen:
    """Both stations side by side."""
    wrong: dict[str, Accepted] = {}
    failure: list[BaseException] = []

    def beside() -> None:
        try:
            wrong.update(_everything_wrong(folder / "wrong"))
        except BaseException as error:
            failure.append(error)

    other = threading.Thread(target=beside)
    other.start()
    try:
        seen = _whole(folder / "whole")
    finally:
        other.join()
    if failure:
        raise failure[0]
    seen.wrong = wrong
    return seen


def _whole(folder: Path) -> AcceptanceSeen:
    bench = Bench(folder)
    try:
        bench.start()
        broken_off = _broken_off(bench)
        _be_killed(bench)
        whole = bench.accept(_answers(bench), "-o", str(folder / "protocol.docx"), "--timeout", "2min")
        again = bench.accept(_answers(bench), "-o", str(folder / "again.docx"))
        shown = command("journal", "show", "--kind", "acceptance", "--json", "-c", bench.config)
        document = (folder / "protocol.docx").read_bytes()
        assert command("journal", "verify", "-c", bench.config).returncode == 0
    finally:
        bench.stop()
        bench.simulator.stop()
    journal: list[dict[str, Any]] = json.loads(shown.stdout)
    return AcceptanceSeen(whole, again, document, journal, bench.simulator.scores["province"], broken_off)


def _broken_off(bench: Bench) -> Accepted:
    """Ctrl-C in the first step that waits for a person: nobody does anything yet."""
    file = bench.folder / "nobody.yaml"
    file.write_text(json.dumps({"display": DISPLAY, "confirm": {"limits": True}}), "utf-8")
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gateway",
            "accept",
            "--answers",
            str(file),
            "--language",
            "en",
            "-c",
            str(bench.config),
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    said = ""
    for line in child.stderr:
        said += line
        if "Put each of these instruments into calibration" in line:
            child.send_signal(signal.SIGINT)
            break
    said += child.communicate(timeout=30)[1]
    return Accepted(child.returncode, said, None)


def _be_killed(bench: Bench) -> None:
    """As by the power cut itself, which takes the command with it: at any moment."""
    chance = random.Random(SEED)
    file = bench.folder / "killed.yaml"
    file.write_text(json.dumps(_answers(bench), ensure_ascii=False), "utf-8")
    words = ["accept", "--answers", str(file), "--list", str(bench.folder / "list.yaml"), "-c", str(bench.config)]
    for _ in range(KILLS):
        with (bench.folder / "killed.log").open("ab") as log:
            child = subprocess.Popen([sys.executable, "-m", "gateway", *words], stdout=log, stderr=log)
        with suppress(subprocess.TimeoutExpired):
            child.wait(chance.uniform(1.0, LONGEST_LIFE_S))
        child.kill()
        child.wait()


def _answers(bench: Bench) -> dict[str, Any]:
    department = with_certificate(bench.folder)
    power = bench.folder / "power.py"
    power.write_text(_POWER_IS_CUT, "utf-8")
    gateway = [sys.executable, "-m", "gateway"]
    return {
        "enterprise": "Công ty TNHH Ví dụ",
        "integrator": "Công ty Lắp đặt",
        "place": "Hà Nội",
        "remarks": ["Cần dán lại tem của tủ"],
        "display": DISPLAY,
        "confirm": {"limits": True, "machine_ran_on": True},
        "do": {
            "calibrating": [bench.act("calibrating", one) for one in ("multiprobe", "solids")],
            "calibrating_after": [bench.act("measuring", one) for one in ("multiprobe", "solids")],
            "fault": [bench.act("unplug", one) for one in ("multiprobe", "solids")],
            "fault_after": [bench.act("plug", one) for one in ("multiprobe", "solids")],
            "line_cut": [bench.act("cut", "province")],
            "line_restore": [bench.act("restore", "province")],
            "power": [[sys.executable, str(power), str(bench.folder), str(bench.config)]],
            "handover": [
                [*gateway, "handover", "-o", str(bench.folder / "given"), "--for", department.recipient, "-c",
                 str(bench.config)]
            ],
        },
    }  # fmt: skip


def _everything_wrong(folder: Path) -> dict[str, Accepted]:
    """At a station of its own, each as steps that are repeated."""
    bench = Bench(folder)
    misspelt = LIST.replace("symbol: pH", "symbol: PH").replace("%Y/%m/%d", "%Y-%m-%d")
    bench.list("other.yaml", misspelt.replace("symbol: COD, unit: mg/L", "symbol: COD, unit: mg/l"))
    said = {
        "display": {**DISPLAY, "COD": 6.24},
        "confirm": {"limits": False},
        "skip": {"retention": "nobody knows the card"},
    }
    try:
        bench.start()
        steps = ("ports", "limits", "retention", "displays", "files")
        found = {
            "told": _only(bench, said, *steps, listed="other.yaml"),
            "never 01": _only(bench, _hand(bench, "calibrating", "multiprobe"), "calibrating", timeout="35s"),
        }
        if IS_LONG:
            subprocess.run(bench.act("measuring", "multiprobe"), check=True, timeout=30)
            cut = {"do": {"line_cut": [bench.act("cut", "province")]}}
            found["never back"] = _only(bench, cut, "line", timeout="35s")
            found["clock"] = _wrong_time(folder.with_name("time"))
        bench.stop()
        found["not running"] = _only(bench, {}, "running", timeout="1s")
    finally:
        bench.stop()
        bench.simulator.stop()
    return found


def _wrong_time(folder: Path) -> Accepted:
    """Two of three time servers are of one mind, and the box's clock is not."""
    bench = Bench(folder, time_is_off=True)
    try:
        bench.start()
        return _only(bench, {}, "clock", timeout="4s")
    finally:
        bench.stop()
        bench.simulator.stop()


def _hand(bench: Bench, what: str, whose: str) -> dict[str, Any]:
    return {"do": {what: [bench.act(what, whose)]}}


def _only(
    bench: Bench, answers: dict[str, Any], *steps: str, timeout: str = "60s", listed: str | None = None
) -> Accepted:
    only = (word for step in steps for word in ("--only", step))
    return bench.accept(answers, *only, "--timeout", timeout, listed=listed)
