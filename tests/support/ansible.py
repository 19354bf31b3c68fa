"""Ansible on this machine, and machines that it reaches: Debians that are booted in namespaces of their own, by ssh.

with attended(machine, folder, "nuo001") as host:
    play(folder, "stations.yaml", inventory({"nuo001": host}))
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.support.debian import CACHE
from tests.support.debian_machine import Machine

PLAYBOOKS = Path(__file__).parents[2] / "config/fleet/ansible"
VERSION = "2.19.14"
_PATIENCE_S = 60
_ATTENDED_S = 5400
"""A machine is ended after that: all that is done to a fleet takes twenty minutes, and an hour where much else runs."""
_ATTENDED = "until [ -e /machine/end ]; do sleep 0.2; done"


@dataclass(frozen=True, slots=True)
class Host:
    """A machine that runs. `process`: the number that its first one has here. `into_its_network`: what is put before a
    command of this machine that shall run there."""

    name: str
    process: int
    into_its_network: tuple[str, ...]
    ssh: Path
    key: Path

    def variables(self) -> dict[str, Any]:
        """What an inventory says of it, so that it is reached."""
        return {
            "ansible_host": self.name,  # and not its address, the same for all: by this a connection is known again
            "ansible_user": "root",
            "ansible_ssh_executable": str(self.ssh),
            "ansible_ssh_private_key_file": str(self.key),
            "ansible_ssh_transfer_method": "piped",
            "ansible_ssh_common_args": "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
            "ansible_python_interpreter": "/usr/bin/python3",
        }

    def run(self, command: str, within_s: float = 60) -> str:
        """What a command says there, whatever becomes of it."""
        options = ["-i", str(self.key), *str(self.variables()["ansible_ssh_common_args"]).split()]
        done = subprocess.run(
            [str(self.ssh), *options, "root@127.0.0.1", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )
        return done.stdout + done.stderr


@contextmanager
def attended(machine: Machine, folder: Path, name: str) -> Iterator[Host]:
    """The machine, booted and reached by ssh; `folder`: for its keys. It is ended afterwards."""
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    machine.write("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_text())
    machine.write("/etc/hostname", f"{name}\n")
    machine.write("/etc/hosts", f"127.0.0.1 localhost {name}\n")
    end = machine.shared / "end"
    end.unlink(missing_ok=True)
    running = threading.Thread(target=machine.boot, args=(_ATTENDED, _ATTENDED_S), name=name)
    running.start()
    try:
        yield _reached(machine, folder, name, key)
    finally:
        end.touch()
        running.join()


def play(folder: Path, playbook: str, inventory: Mapping[str, Any], *more: str) -> subprocess.CompletedProcess[str]:
    """Run one of the project's playbooks. The last word on each host stands under `PLAY RECAP`."""
    file = folder / "inventory.yaml"
    file.write_text(json.dumps(inventory), "utf-8")
    return subprocess.run(
        [
            str(_ansible() / "bin/python"),
            "-m",
            "ansible.cli.playbook",
            "-i",
            str(file),
            str(PLAYBOOKS / playbook),
            *more,
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
        env={
            **os.environ,
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_RETRY_FILES_ENABLED": "0",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "control"),
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
        },
        check=False,
    )


def changes(said: str) -> dict[str, int]:
    """By host: how many tasks changed something, by the last lines of a play."""
    words = [line.split() for line in said.partition("PLAY RECAP")[2].splitlines()[1:] if "changed=" in line]
    return {one[0]: int(next(word for word in one if word.startswith("changed="))[8:]) for one in words}


def _reached(machine: Machine, folder: Path, name: str, key: Path) -> Host:
    deadline_s = time.monotonic() + _PATIENCE_S
    while True:
        if (first := _first_process(machine)) is not None:
            network = ("nsenter", f"--net=/proc/{first}/ns/net", "--")
            ssh = folder / "ssh"
            ssh.write_text(f'#!/bin/sh\nexec {" ".join(network)} ssh -o HostName=127.0.0.1 "$@"\n')
            ssh.chmod(0o755)
            host = Host(name, first, network, ssh, key)
            if host.run("hostname").strip() == name:
                return host
        assert time.monotonic() < deadline_s, machine.console()
        time.sleep(0.2)


def _first_process(machine: Machine) -> int | None:
    """The number that the machine's first process has on this one."""
    script = str(machine.entrance)
    for one in psutil.process_iter(["name", "cmdline"]):
        if one.info["name"] == "unshare" and script in (one.info["cmdline"] or ()):
            return next((child.pid for child in one.children()), None)
    return None


def _ansible() -> Path:
    """An environment of its own, made once. Safe to call from parallel runs."""
    CACHE.mkdir(exist_ok=True)
    kept = CACHE / f"ansible-{VERSION}"
    with (CACHE / f"{kept.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "bin/ansible-playbook").exists():
            print(f"fetching ansible-core {VERSION} (once)", file=sys.stderr, flush=True)
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(kept)], check=True)
            subprocess.run([str(kept / "bin/pip"), "install", "--quiet", f"ansible-core=={VERSION}"], check=True)
    return kept
