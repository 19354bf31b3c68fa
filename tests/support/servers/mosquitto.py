"""Mosquitto as Debian builds it: passwords, an access list, TLS if it is given a certificate, nothing kept on disk.

`station` may publish below `NUO001/` only; `receiver` may hear everything.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.certificates import ServerCertificate
from tests.support.debian import library_path, unpacked
from tests.support.servers import private
from tests.support.servers.private import PASSWORD, USER, Child
from tests.support.servers.server import Server

PACKAGES = ("mosquitto",)
RECEIVER = "receiver"


@contextmanager
def mosquitto(
    folder: Path,
    *,
    certificate: ServerCertificate | None = None,
    ca: Path | None = None,
    in_web_sockets: bool = False,
    extra: str = "",
) -> Iterator[Server]:
    """`extra` are further lines of its configuration. `root` means nothing here: a broker has no files."""
    packages = unpacked(*PACKAGES)
    environment = library_path(packages)
    with private.undone_on_failure(folder):
        port = private.free_port()
        passwords = folder / "passwords"
        passwords.touch(mode=0o600)
        for user in (USER, RECEIVER):
            subprocess.run(
                [packages / "usr/bin/mosquitto_passwd", "-b", passwords, user, PASSWORD], env=environment, check=True
            )
        (folder / "access").write_text(f"user {USER}\ntopic write NUO001/#\nuser {RECEIVER}\ntopic read #\n")
        (folder / "access").chmod(0o600)
        tls = f"certfile {certificate.certificate}\nkeyfile {certificate.key}\n" if certificate else ""
        # With web sockets alone mosquitto 2.0.11 ends at once: nothing listens, it thinks.
        web = "protocol websockets\n" if in_web_sockets else ""
        beside = f"listener {private.free_port()} 127.0.0.1\n" if in_web_sockets else ""
        (folder / "mosquitto.conf").write_text(
            f"user root\n{beside}listener {port} 127.0.0.1\n{web}{tls}allow_anonymous false\n"
            f"password_file {passwords}\nacl_file {folder / 'access'}\npersistence false\n"
            f"log_dest stderr\nlog_type all\n{extra}\n"
        )

        def start() -> Child:
            log = folder / "server.log"
            with log.open("ab") as output:
                process = subprocess.Popen(
                    [packages / "usr/sbin/mosquitto", "-c", folder / "mosquitto.conf"],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                )
            child = Child(process, log)
            deadline = time.monotonic() + 20
            while not private.accepts(port):
                if not child.running() or time.monotonic() > deadline:
                    child.stop()
                    raise RuntimeError(f"mosquitto did not start:\n{log.read_text(errors='replace')[-3000:]}")
                time.sleep(0.02)
            return child

        server = Server(
            kind="mosquitto",
            scheme=("ws" if in_web_sockets else "mqtt") + ("s" if certificate else ""),
            port=port,
            path="",
            root=folder,
            child=start(),
            restart=start,
            ca=ca,
        )
    with closing(server):
        yield server
