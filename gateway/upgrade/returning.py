"""Back to the version that worked: its packages, its databases where the schema moved, and what the other version
measured and delivered meanwhile. Each step may be done again, for the power may be cut in it.

Nothing at an authority is touched: what was delivered stays, and is known here again by what is brought back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import databases
from .commands import GATEWAY, active_units, dpkg_is_busy, install, package_state, reload_units, start, stop
from .notices import tell_systemd
from .state import KeptDatabase, Phase, UpgradeFolder, UpgradeState
from .telling import as_owner, enter

_log = logging.getLogger(__name__)

_AGAIN_S = 5.0
_TRIES = 10
"""Before anybody is told that it does not go."""
_STUCK_AGAIN_S = 60.0
"""From then on: somebody makes room, or an end of whatever is in dpkg's way."""
_RECOVERS_WITHIN_S = 3600.0


def go_back(folder: UpgradeFolder, state: UpgradeState) -> UpgradeState | None:
    """All of it; then the units run that ran before. What it returns is under way after it: a version that somebody
    installed while the old one could not be."""
    tell_systemd(f"STATUS=going back to version {state.before}\nEXTEND_TIMEOUT_USEC=7200000000")
    stop(tuple({*state.units, *active_units()}))
    _log.info("stopped version %s", state.after)
    for one in state.databases:
        state = _put_back(folder, state, one)
    if not _install(folder, state):
        return folder.read()
    _log.info("installed version %s again", state.before)
    reload_units()
    brought = {one.file: _brought_back(state, one) for one in _replaced(state)}
    folder.tell(_outcome(state, None, brought))
    start(state.units)
    _log.warning("version %s runs again", state.before)
    enter(state)
    folder.end()
    return None


def _put_back(folder: UpgradeFolder, state: UpgradeState, one: KeptDatabase) -> UpgradeState:
    placed = f"placed {one.file}"
    if placed in state.done:
        return state
    begun = f"aside {one.file}"
    if begun not in state.done:
        if not databases.moved(one):
            return state
        state = folder.write(state.with_done(begun))
    if not _is_placed(state, one):
        databases.set_aside(one, state.after)
    databases.put_back(one, state.after)
    _log.warning("database of version %s put back file=%s", state.before, one.file)
    return folder.write(state.with_done(placed))


def _is_placed(state: UpgradeState, one: KeptDatabase) -> bool:
    """Whether the copy is there already: the newer one has its other name, and what bears the old one is no newer."""
    return databases.aside(one, state.after).exists() and Path(one.file).exists() and not databases.moved(one)


def _install(folder: UpgradeFolder, state: UpgradeState) -> bool:
    """The old version; until it is. `False`: somebody has installed another one meanwhile."""
    files = [folder.kept / f"{name}.deb" for name in state.packages]
    tries = 0
    while any(package_state(name) != ("installed", state.before) for name in state.packages):
        while dpkg_is_busy():
            time.sleep(1)
        if _is_another(folder, state):
            return False
        code, said = install(files)
        if code == 0:
            break
        _log.error("version %s is not installed yet error=%r", state.before, said.strip()[-1000:])
        tries += 1
        if tries == _TRIES:
            _tell_stuck(folder, state, said)
        time.sleep(_AGAIN_S if tries < _TRIES else _STUCK_AGAIN_S)
    if tries >= _TRIES:
        stop(tuple({*state.units, *active_units()}))  # which were left to run meanwhile
    return True


def _tell_stuck(folder: UpgradeFolder, state: UpgradeState, said: str) -> None:
    """Whatever is there is left to run as well as it can."""
    problem = f"dpkg does not install version {state.before} again: {said.strip()[-500:]}"
    folder.tell(_outcome(state, problem, {}))
    reload_units()
    start(state.units)
    tell_systemd(f"READY=1\nSTATUS=cannot go back to version {state.before} yet")
    enter(state)


def _is_another(folder: UpgradeFolder, state: UpgradeState) -> bool:
    """Whether a version is wholly installed that nobody has found to be faulty: it is watched then, as far as all is
    still kept that it may have to be left for."""
    found = {package_state(name) for name in state.packages}
    _, version = package_state(state.packages[0])
    if found != {("installed", version)} or version == state.before or version in folder.failed():
        return False
    _log.warning("version %s was installed meanwhile", version)
    stop(tuple({*state.units, *active_units()}))  # what runs may still be the one before
    reload_units()
    if state.done:
        start(state.units)
        folder.end()
    else:
        folder.write(replace(state, phase=Phase.WATCHING, after=version, reason=""))
    return True


def _replaced(state: UpgradeState) -> list[KeptDatabase]:
    return [one for one in state.databases if f"placed {one.file}" in state.done]


def _brought_back(state: UpgradeState, one: KeptDatabase) -> str:
    """What the newer database holds, taken over by `gateway recover`. Returns in words what came of it."""
    file, newer = Path(one.file), databases.aside(one, state.after)
    if file.name not in ("gateway.db", "cameras.db"):
        return f"{newer} holds what was entered there meanwhile"
    command = [GATEWAY, "recover", str(newer), "--open-slots", "--config", one.config]
    code, said = as_owner(file, command, _RECOVERS_WITHIN_S)
    _log.info("brought back code=%d said=%r", code, said.strip()[-2000:])
    if code == 0:
        return f"all that {newer} holds was taken over"
    return f"not all that {newer} holds was taken over: gateway recover {newer}"


def _outcome(state: UpgradeState, problem: str | None, brought: Mapping[str, str]) -> dict[str, Any]:
    return {
        "result": "returned" if problem is None else "stuck",
        "before": state.before,
        "after": state.after,
        "reason": state.reason,
        "problem": problem,
        "begun_ms": state.begun_ms,
        "ended_ms": time.time_ns() // 1_000_000,
        "databases": [{"file": file, "words": words} for file, words in brought.items()],
    }
