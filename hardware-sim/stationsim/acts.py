"""What a person does to a station that runs: pulls a cable, cuts a line, sets an instrument to calibrating, and back.

`station-sim act` writes a line to a file in the station's folder, the station answers in another: nothing listens, and
who asks waits until it is done.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from stationsim.faults import Fault, FaultKind, FaultPlan
from stationsim.lines.unplugging import Line

_ASKED, _DONE = "acts", "acts.done"
_OF_STATUS = {"calibrating": FaultKind.CALIBRATING, "fault": FaultKind.FAULT, "silent": FaultKind.SILENT}
_WORDS = ("cut", "restore", *_OF_STATUS, "measuring", "unplug", "plug")
_PATIENCE_S = 10.0
_LOOK_EVERY_S = 0.05


class Server(Protocol):
    """Who has a line that can be cut."""

    def cut(self) -> None: ...
    def restore(self) -> None: ...


class Acts:
    """On the parts of a station, by the scenario's names."""

    def __init__(self, authorities: Mapping[str, Server], lines: Mapping[str, Line], plan: FaultPlan) -> None:
        self._authorities = authorities
        self._lines = lines
        self._plan = plan

    async def do(self, what: str, whose: str) -> None:
        """Raises ValueError: there is no such act or name; OSError: it cannot be done."""
        name, _, unit = whose.partition("/")
        if what not in _WORDS:
            raise ValueError(f"nobody can {what!r} anything; there are {', '.join(_WORDS)}")
        if unit and not unit.isdigit():
            raise ValueError(f"{unit!r} is no unit: write NAME/1")
        if what in ("cut", "restore"):
            authority = _named(self._authorities, name)
            authority.cut() if what == "cut" else authority.restore()
            return
        line, number = _named(self._lines, name), int(unit) if unit else None
        if what in _OF_STATUS:
            self._plan.begin(Fault(_OF_STATUS[what], name, number))
        elif what == "measuring":
            self._plan.end(name, number)
        else:
            await (line.unplug() if what == "unplug" else line.plug())


class ActFile:
    """Where acts are asked for, in the folder of a station. What an earlier run was asked for is over."""

    def __init__(self, folder: Path, acts: Acts) -> None:
        self._asked, self._done = folder / _ASKED, folder / _DONE
        self._acts = acts
        for file in (self._asked, self._done):
            file.write_text("", encoding="utf-8")
        self._read = 0

    async def step(self) -> list[dict[str, Any]]:
        """Do what was asked for since; an event for each."""
        events = []
        for number, what, whose in self._new():
            failure = ""
            try:
                await self._acts.do(what, whose)
            except (ValueError, OSError) as error:
                failure = str(error)
            with self._done.open("a", encoding="utf-8") as file:
                file.write(f"{number}\t{failure}\n")
            events.append({"event": "act", "act": what, "of": whose, "failure": failure or None})
        return events

    def _new(self) -> Iterator[tuple[str, str, str]]:
        whole = self._asked.read_bytes()
        end = whole.rfind(b"\n") + 1
        for line in whole[self._read : end].decode("utf-8", "replace").splitlines():
            number, what, whose = (line.split("\t") + ["", ""])[:3]
            yield number, what, whose
        self._read = max(self._read, end)


def ask(folder: Path, what: str, whose: str) -> str | None:
    """Have it done by the station whose folder that is. Why not, in words; None: it is done."""
    asked, done = folder / _ASKED, folder / _DONE
    if not asked.is_file():
        return f"no station runs in {folder}"
    number = uuid4().hex
    with asked.open("a", encoding="utf-8") as file:
        file.write(f"{number}\t{what}\t{whose}\n")
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        for line in done.read_text("utf-8").splitlines():
            answered, _, failure = line.partition("\t")
            if answered == number:
                return failure or None
        time.sleep(_LOOK_EVERY_S)
    return f"the station in {folder} does not answer: does it run?"


def _named(known: Mapping[str, Any], name: str) -> Any:
    if name not in known:
        raise ValueError(f"there is no {name!r}; there are {', '.join(known) or 'none'}")
    return known[name]
