"""Who takes a policy back that nobody confirms: a process of its own, which whoever applied it does not take along.

It is started before anything is put in force, and has said that it is there. Where systemd runs the box it is a unit of
its own, so that the end of a session does not end it; else a process in a session of its own. Killed as well, it is
followed by the oneshot's next run, and a power cut takes everything back.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.ports.policy.state_folder import StateFolder, read_checked, write_checked
from gateway.ports.policy.steps import PolicySteps

_log = logging.getLogger(__name__)
_SAYS = "return-watch.json"
_STARTS_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.5
_NOBODY = Phrase("nobody would take it back if it locked you out: nothing was put in force")


def start_return_watch(folder: StateFolder, number: int, clock: Clock) -> None:
    """Returns once it is there.

    Raises:
        GatewayError: it is not.
    """
    command = [sys.executable, "-P", "-m", "gateway", "ports", "policy", "wait", "--root", str(folder.root)]
    command.append(str(number))
    if _started_by_systemd(folder.root, command, number) and _is_there(folder, number, clock):
        return
    _start_detached(command)
    if not _is_there(folder, number, clock):
        raise GatewayError(
            Phrase("the process that waits for the confirmation did not start; {nobody}", nobody=_NOBODY)
        )


def wait_for_return(steps: PolicySteps, folder: StateFolder, number: int) -> None:
    """Until it was confirmed or taken back. What cannot be taken back is tried again for ever."""
    write_checked(folder.volatile / _SAYS, {"number": number})
    pause, said = threading.Event(), ""
    while True:
        try:
            if not steps.return_if_over(number):
                return
        except GatewayError as error:
            if str(error) != said:
                said = str(error)
                _log.error("a policy of ports cannot be taken back error=%r", said)
        pause.wait(_LOOK_EVERY_S)


def _is_there(folder: StateFolder, number: int, clock: Clock) -> bool:
    """Whether it says so in time."""
    give_up_s, pause = clock.now().mono_s + _STARTS_WITHIN_S, threading.Event()
    while (read_checked(folder.volatile / _SAYS) or {}).get("number") != number:
        if clock.now().mono_s > give_up_s:
            return False
        pause.wait(0.05)
    return True


def _started_by_systemd(root: Path, command: list[str], number: int) -> bool:
    if root != Path("/") or not Path("/run/systemd/system").is_dir():
        return False
    unit = f"--unit=station-gateway-ports-return-{number}"
    try:
        done = subprocess.run(
            ["systemd-run", "--quiet", "--collect", unit, "--property=WorkingDirectory=/", "--", *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _start_detached(command: list[str]) -> None:
    try:
        subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise GatewayError(
            Phrase(
                "the process that waits for the confirmation cannot be started ({strerror}); {nobody}",
                strerror=error.strerror,
                nobody=_NOBODY,
            )
        ) from None
