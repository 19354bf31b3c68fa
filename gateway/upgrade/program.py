"""What it is asked to do: by the packages' scripts, by systemd, and by a person through `gateway upgrade`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .commands import PACKAGES, active_units, call, package_state
from .preparing import SERVICE, UpgradeRefused, prepare
from .state import Phase, UpgradeFolder
from .watching import abandon, watch

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="gateway upgrade")
    parser.add_argument("--folder", type=Path, default=UpgradeFolder().path)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("prepare").add_argument("version")
    verbs.add_parser("abandon")
    verbs.add_parser("watch")
    verbs.add_parser("back").add_argument("reason")
    verbs.add_parser("allow").add_argument("version")
    wanted = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = UpgradeFolder(wanted.folder)
    try:
        if wanted.verb == "prepare":
            if Path("/run/systemd/system").is_dir():  # else nothing runs, and nobody could watch
                prepare(folder, wanted.version)
        elif wanted.verb == "abandon":
            abandon(folder)
        elif wanted.verb == "watch":
            watch(folder)
        elif wanted.verb == "allow":
            _allow(folder, wanted.version)
        else:
            _go_back_by_hand(folder, wanted.reason)
    except UpgradeRefused as refused:
        sys.stderr.write(f"station-gateway: {refused}\n")
        return 1
    return 0


def _allow(folder: UpgradeFolder, version: str) -> None:
    """Raises:
    UpgradeRefused: it is not remembered as one that failed.
    """
    if not folder.forget_failed(version):
        raise UpgradeRefused(f"version {version} did not fail here: nothing keeps it from being installed")
    _log.info("version %s may be installed again", version)


def _go_back_by_hand(folder: UpgradeFolder, reason: str) -> None:
    """To what is kept of the version before the newest upgrade, while that is watched or after it was found well.

    Raises:
        UpgradeRefused: there is none.
    """
    state = folder.read() or UpgradeFolder(folder.kept).read()
    if state is None or state.phase is Phase.INSTALLING:
        raise UpgradeRefused(f"nothing is kept in {folder.kept}: install the version that is wanted")
    here = package_state(PACKAGES[0])[1]
    if here != state.after:
        raise UpgradeRefused(f"what is kept is the version before {state.after}, and {here or 'nothing'} is installed")
    folder.remember_failed(state.after, reason)
    units = active_units() if folder.read() is None else state.units
    folder.write(replace(state, phase=Phase.RETURNING, reason=reason, units=units))
    call(["systemctl", "start", "--no-block", SERVICE])
    _log.info("going back to %s: journalctl -fu %s", state.before, SERVICE)
