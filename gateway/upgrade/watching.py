"""The watch: from the moment at which dpkg begins until the new version has proven itself, or the old one is back."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from .commands import PACKAGES, boot_id, config_of, dpkg_is_busy, package_state, reload_units, start
from .health import HealthFound, StationHealth, Verdict, judge_station, judge_units, seen
from .looking import look_at_station, look_at_unit
from .notices import tell_systemd
from .returning import go_back
from .setting_right import set_right
from .state import STATE, Phase, UpgradeFolder, UpgradeState, write_synced
from .telling import enter

_log = logging.getLogger(__name__)

_LEFT_ALONE_S = 60.0
"""So long a package may lie there half installed while nobody works at it."""
_LOOK_EVERY_S = 1.0
_STATIONS_EVERY_S = 4.0
_OURS = "station-gateway"


def watch(folder: UpgradeFolder) -> None:
    """Whatever is under way, to its end."""
    state = folder.read()
    if state is None and folder.is_preparing:
        tell_systemd("READY=1\nSTATUS=installing this version once more")
        set_right(folder)
        state = folder.read()
    while state is not None:
        if state.phase is Phase.INSTALLING:
            is_cut_off = state.boot_id != boot_id()
            if not is_cut_off:
                tell_systemd("READY=1\nSTATUS=waiting until the new version is installed")
            state = _installed(folder, state, is_cut_off)
        elif state.phase is Phase.WATCHING:
            tell_systemd(f"READY=1\nSTATUS=watching version {state.after}")
            state = _watched(folder, state)
        else:
            state = go_back(folder, state)
    tell_systemd("READY=1")


def abandon(folder: UpgradeFolder) -> None:
    """Nothing came of it: dpkg left everything as it was."""
    state = folder.read()
    if state is not None and state.phase is Phase.INSTALLING:
        folder.end()
        folder.restore_older()
        reload_units()
        start(state.units)


def _installed(folder: UpgradeFolder, state: UpgradeState, is_cut_off: bool) -> UpgradeState | None:
    """As soon as all of it is: watched from here on. `None`: nothing came of it."""
    alone_s = 0.0
    while folder.read() is not None:
        found = {name: package_state(name) for name in state.packages}
        _, version = found[PACKAGES[0]]
        here = [status for status, _ in found.values() if status not in ("not-installed", "config-files")]
        is_busy = dpkg_is_busy()
        if found[PACKAGES[0]][0] in ("not-installed", "config-files"):
            if not is_busy:
                folder.end()  # it was removed
                return None
        elif all(status == "installed" for status in here):
            if version != state.before:
                _log.info("installed before=%s after=%s", state.before, version)
                folder.drop_older()
                reload_units()
                return folder.write(replace(state, phase=Phase.WATCHING, after=version))
            if not is_busy:
                abandon(folder)
                return None
        elif not is_busy and (is_cut_off or alone_s >= _LEFT_ALONE_S):
            return _ill(folder, state, "it was not installed completely")
        alone_s = 0.0 if is_busy else alone_s + 1
        time.sleep(1)
    return None


def _watched(folder: UpgradeFolder, state: UpgradeState) -> UpgradeState | None:
    """To the judgement. `None`: it is well, and stays."""
    start(state.units)
    before: dict[str, int] = {}
    """How often each had started anew before the watch; systemd counts from 0 again at a start by hand."""
    watch = _Watch(state)
    began_s = time.monotonic()
    while True:
        time.sleep(_LOOK_EVERY_S)
        if folder.read() != state:
            return folder.read()  # yet another version is being installed, or somebody goes back by hand
        units = [look_at_unit(unit) for unit in state.units]
        before = {one.name: min(before.get(one.name, one.restarts), one.restarts) for one in units}
        units = [replace(one, restarts=one.restarts - before[one.name]) for one in units]
        runs_s = {config_of(one.name): one.runs_s for one in units if one.state == "active" and _polls(one.name)}
        found = judge_units(units, time.monotonic() - began_s)
        if found.verdict is Verdict.WELL:
            found = watch.judge(runs_s)
        if found.verdict is Verdict.ILL:
            folder.remember_failed(state.after, found.reason)
            return _ill(folder, state, found.reason)
        is_over = all(one.runs_s >= _SHORTEST_S for one in units)
        if found.verdict is Verdict.WELL and is_over:
            _well(folder, state)
            return None


_SHORTEST_S = 60.0
"""Nothing is well before: what ends of itself after a while has its time to do so."""


def _polls(unit: str) -> bool:
    return unit.startswith((f"{_OURS}.", f"{_OURS}@"))


class _Watch:
    """Of the stations, whose look takes a moment."""

    def __init__(self, state: UpgradeState) -> None:
        self._before = {config: seen(status) for config, status in state.stations.items()}
        self._began_with_machine = state.boot_id != boot_id()
        self._started_s = time.time()
        self._first: dict[str, StationHealth] = {}
        self._newest: dict[str, HealthFound] = {}
        self._next_s = float("-inf")

    def judge(self, runs_s: Mapping[str | None, float]) -> HealthFound:
        """`runs_s`: by configuration, how long its gateway has run."""
        if time.monotonic() >= self._next_s:
            for config, before in self._before.items():
                began_s = time.monotonic()
                now = look_at_station(config)
                running_s = runs_s.get(config, 0.0) + time.monotonic() - began_s  # a look takes seconds on a slow box
                self._newest[config] = judge_station(
                    before, self._first.get(config), now, running_s, self._started_s,
                    began_with_machine=self._began_with_machine,
                )  # fmt: skip
                if now.is_told:
                    self._first.setdefault(config, now)
            self._next_s = time.monotonic() + _STATIONS_EVERY_S
        for verdict in (Verdict.ILL, Verdict.NOT_YET):
            for config, found in self._newest.items():
                if found.verdict is verdict:
                    return HealthFound(verdict, f"{config}: {found.reason}")
        return HealthFound(Verdict.WELL)


def _ill(folder: UpgradeFolder, state: UpgradeState, reason: str) -> UpgradeState:
    _log.error("version %s is not well, going back to %s reason=%r", state.after, state.before, reason)
    return folder.write(replace(state, phase=Phase.RETURNING, reason=reason))


def _well(folder: UpgradeFolder, state: UpgradeState) -> None:
    _log.info("version %s is well", state.after)
    outcome: dict[str, Any] = {
        "result": "upgraded",
        "before": state.before,
        "after": state.after,
        "begun_ms": state.begun_ms,
        "ended_ms": time.time_ns() // 1_000_000,
    }
    folder.tell(outcome)
    enter(state)
    write_synced(folder.kept / STATE, asdict(state))  # for who goes back later, by hand
    folder.end()
