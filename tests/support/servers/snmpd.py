"""Net-SNMP's agent as Debian builds it, as a managed switch: its ports are the interfaces of a network namespace."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.debian import library_path, unpacked
from tests.support.servers.private import Child

PACKAGES = ("snmpd",)
PORT = 1161
COMMUNITY = "chỉ đọc"
USER, AUTH, PRIVACY = "gateway", "prove-it-to-me", "and-hide-it-too"


@contextmanager
def snmpd(folder: Path, namespace: str) -> Iterator[int]:
    """Its port, at 127.0.0.1 of that namespace. Reads for `COMMUNITY` and for `USER`, writes for nobody."""
    packages = unpacked(*PACKAGES)
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "snmpd.conf"
    configuration.write_text(
        f'rocommunity "{COMMUNITY}" 127.0.0.1\n'
        f"createUser {USER} SHA-256 {AUTH} AES {PRIVACY}\nrouser {USER} priv\n"
        f"[snmp] persistentDir {folder}\n"
    )
    log = folder / "snmpd.log"
    agent = [packages / "usr/sbin/snmpd", "-f", "-Lo", "-C", "-c", configuration, f"udp:127.0.0.1:{PORT}"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, *agent],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=library_path(packages) | {"MIBS": "", "SNMP_PERSISTENT_DIR": str(folder)},
        )
    child = Child(process, log)
    try:
        deadline = time.monotonic() + 30
        while "NET-SNMP version" not in log.read_text(errors="replace"):
            if not child.running() or time.monotonic() > deadline:
                raise RuntimeError(f"snmpd did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.02)
        yield PORT
    finally:
        child.stop()
