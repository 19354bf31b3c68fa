"""What came of it, into each station's journal: by the gateway's own command, as its own user."""

from __future__ import annotations

import logging
from pathlib import Path

from .commands import GATEWAY, call
from .state import UpgradeState

_log = logging.getLogger(__name__)


def enter(state: UpgradeState) -> None:
    """Each once; a station whose journal cannot be written now has it in the outcome alone."""
    for config in sorted({one.config for one in state.databases}):
        code, said = as_owner(_main_of(state, config), [GATEWAY, "upgrade", "enter", "--config", config], 120)
        if code:
            _log.error("not entered in the journal config=%s error=%r", config, said.strip()[-500:])


def as_owner(file: Path, command: list[str], timeout_s: float) -> tuple[int, str]:
    """As the user to whom the database belongs."""
    try:
        owner = file.stat()
    except OSError as error:
        return -1, str(error)
    login = ["setpriv", "--reuid", str(owner.st_uid), "--regid", str(owner.st_gid), "--clear-groups", "--"]
    return call([*login, *command], timeout_s)


def _main_of(state: UpgradeState, config: str) -> Path:
    """The station's own database, among its others."""
    files = [Path(one.file) for one in state.databases if one.config == config]
    return next((one for one in files if one.name == "gateway.db"), files[0])
