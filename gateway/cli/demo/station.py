"""The demo's processes: the simulated station and a real `gateway run` on it, with their data in one folder."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from gateway.cli.demo.child import STOP_WITHIN_S
from gateway.cli.demo.secret_file import write_secret
from gateway.cli.speech import language_spoken, said
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

READY_WITHIN_S = 30.0

COUNTED = {
    "received": Phrase("received"),
    "expected": Phrase("due"),
    "missing": Phrase("missing"),
    "late": Phrase("late"),
    "malformed": Phrase("malformed"),
    "duplicates_altered": Phrase("altered"),
}
"""What an authority counts, and what the demo calls it, in few letters."""

_PORTS_ARE_FOR = {
    "for_hub": Phrase("hub of the board"),
    "for_bus": Phrase("RS-485 adapter"),
    "for_network": Phrase("the authorities"),
    "for_card": Phrase("the card"),
    "for_ssh": Phrase("remote access"),
}
"""What the integrator of the demo's station wrote of its ports, in his language."""


class Simulator:
    """`station-sim` as a child: what it listens on, and what its authorities say of the files they got."""

    def __init__(self, scenario: str, folder: Path) -> None:
        self.scores: dict[str, dict[str, Any]] = {}
        self._unread = b""
        self._looks = 0
        self._undone: dict[str, int] = {}
        log = _log(folder).open("wb")
        with log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "stationsim", "run", scenario, "--out", str(folder / "station")],
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.ready = self._first_event(folder)
        except (GatewayError, KeyboardInterrupt):
            self._child.kill()
            raise

    @property
    def instruments(self) -> dict[str, dict[str, Any]]:
        return self._reached("instruments")

    @property
    def authorities(self) -> dict[str, dict[str, Any]]:
        return self._reached("authorities")

    @property
    def road_administrations(self) -> dict[str, dict[str, Any]]:
        return self._reached("road_administrations")

    @property
    def time_servers(self) -> dict[str, dict[str, Any]]:
        return self._reached("time_servers")

    @property
    def cameras(self) -> dict[str, dict[str, Any]]:
        return self._reached("cameras")

    @property
    def neighbours(self) -> dict[str, dict[str, dict[str, Any]]]:
        return self._reached("neighbours")

    @property
    def box(self) -> Path:
        """The simulated box's root."""
        return Path(self.ready["box"]["root"])

    def listen(self, for_s: float) -> None:
        """Take in what the simulator says within that time."""
        self._looks += 1
        for event in self._events(for_s):
            self._note(event)

    def undone_at(self, looks_ago: int) -> list[str]:
        """The box's ports at which something was done and undone, at least so many times of listening ago."""
        return [port for port, look in self._undone.items() if self._looks - look >= looks_ago]

    def stop(self) -> None:
        """End it and take in its last words."""
        self._child.send_signal(signal.SIGTERM)
        rest, _ = self._child.communicate(timeout=STOP_WITHIN_S)
        for line in (self._unread + rest).splitlines():
            self._note(json.loads(line))

    def _reached(self, what: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ready.get(what, {})
        return found

    def _first_event(self, folder: Path) -> dict[str, Any]:
        events = self._events(READY_WITHIN_S)
        while not events and self._child.poll() is None:
            events = self._events(READY_WITHIN_S)
        if not events or events[0].get("event") != "ready":
            raise GatewayError(Phrase("the simulator did not start: see {log}", log=_log(folder)))
        for event in events[1:]:
            self._note(event)
        return events[0]

    def _events(self, for_s: float) -> list[dict[str, Any]]:
        if self._child.stdout is None:
            raise AssertionError("the simulator was started without a pipe")
        if not select.select([self._child.stdout], [], [], for_s)[0]:
            return []
        self._unread += os.read(self._child.stdout.fileno(), 65536)
        *lines, self._unread = self._unread.split(b"\n")
        return [json.loads(line) for line in lines if line]

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("event") == "score":
            self.scores[event["authority"]] = event
        if event.get("event") == "box" and not event["begins"]:
            self._undone[event["port"]] = self._looks

    def is_perfect(self) -> bool:
        """Whether every authority got every file, in time, well formed and unchanged."""
        faults = ("missing", "late", "malformed", "duplicates_altered")
        return bool(self.scores) and all(
            score["received"] > 0 and not any(score[fault] for fault in faults) for score in self.scores.values()
        )


def write_configuration(simulator: Simulator, folder: Path) -> Path:
    """The gateway's configuration for the simulated station; passwords go to files that only their owner may read."""
    plc, bus = simulator.instruments["plc"], simulator.instruments["bus"]
    sftp, ftps = simulator.authorities["province"]["sftp"], simulator.authorities["ministry"]["ftps"]
    template = Template(resources.files(__package__).joinpath("station.yaml").read_text("utf-8"))
    logger = simulator.neighbours["datalogger"]
    file = folder / "gateway.yaml"
    file.write_text(
        template.substitute(
            name=said(Phrase("Simulated wastewater station")),
            language=language_spoken().value,
            **{name: said(words) for name, words in _PORTS_ARE_FOR.items()},
            storage=folder / "storage",
            time_servers=", ".join(f'"{one["host"]}:{one["port"]}"' for one in simulator.time_servers.values()),
            plc_host=plc["host"],
            plc_port=plc["port"],
            bus_device=bus["device"],
            box=simulator.box,
            logger_host=logger["modbus"]["host"],
            logger_modbus=logger["modbus"]["port"],
            logger_web=logger["web"]["port"],
            sftp_host=sftp["host"],
            sftp_port=sftp["port"],
            sftp_user=sftp["user"],
            sftp_host_key=sftp["host_key"],
            sftp_secret=write_secret(folder / "province.secret", sftp["password"]),
            ftps_host=ftps["host"],
            ftps_port=ftps["port"],
            ftps_user=ftps["user"],
            ftps_ca=ftps["ca"],
            ftps_secret=write_secret(folder / "ministry.secret", ftps["password"]),
        ),
        encoding="utf-8",
    )
    return file


def _log(folder: Path) -> Path:
    return folder / "simulator.log"
