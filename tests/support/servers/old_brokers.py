"""Brokers that know MQTT 3.1.1 only, each with a small program of ours around it. What each does with the newer version
and with what is forbidden is its own.

`station` may publish below `NUO001/` only; `receiver` may hear everything.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from tests.support.certificates import ServerCertificate
from tests.support.servers import private
from tests.support.servers.mosquitto import RECEIVER
from tests.support.servers.private import PASSWORD, USER, Child
from tests.support.servers.scripted import Command, node, python
from tests.support.servers.server import Server


def aedes(
    folder: Path, *, certificate: ServerCertificate | None = None, ca: Path | None = None
) -> AbstractContextManager[Server]:
    """npm's: says which version it wants, hangs up on what is forbidden or larger than 2,000 bytes."""
    return _broker("aedes", folder, node("aedes_child.js"), certificate=certificate, ca=ca)


def amqtt(folder: Path, *, in_web_sockets: bool = False) -> AbstractContextManager[Server]:
    """PyPI's: hangs up on the newer version, acknowledges what is forbidden and throws it away."""
    return _broker("amqtt", folder, python("amqtt_child.py"), in_web_sockets=in_web_sockets)


@contextmanager
def _broker(
    kind: str,
    folder: Path,
    command: Command,
    *,
    in_web_sockets: bool = False,
    certificate: ServerCertificate | None = None,
    ca: Path | None = None,
) -> Iterator[Server]:
    argv, environment = command(folder)
    with private.undone_on_failure(folder):
        port = private.free_port()
        passwords = folder / "passwords"
        crypted = subprocess.run(
            ["openssl", "passwd", "-6", "-stdin"], input=PASSWORD.encode(), capture_output=True, check=True
        ).stdout.decode()
        passwords.write_text(f"{USER}:{crypted}{RECEIVER}:{crypted}")
        orders = {
            "port": port,
            "in_web_sockets": in_web_sockets,
            "user": USER,
            "receiver": RECEIVER,
            "password": PASSWORD,
            "passwords": str(passwords),
            "largest": 2000,
            "certificate": str(certificate.certificate) if certificate else None,
            "key": str(certificate.key) if certificate else None,
        }

        def start() -> Child:
            return private.start(
                [*argv, json.dumps(orders)], folder=folder, port=port, environment={**os.environ, **environment}
            )

        server = Server(
            kind=kind,
            scheme="ws" if in_web_sockets else "mqtts" if certificate else "mqtt",
            ca=ca,
            port=port,
            path="",
            root=folder,
            child=start(),
            restart=start,
        )
    with closing(server):
        yield server
