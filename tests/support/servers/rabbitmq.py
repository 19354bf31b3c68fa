"""RabbitMQ as Debian builds it: three nodes that are one broker, each killed and started again by itself.

Its MQTT plugin keeps what a session has subscribed to in quorum queues: a message is acknowledged when two of the three
nodes have it. It speaks version 3.1.1 and no other. Needs neither root nor an installation.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.debian import library_path, unpacked
from tests.support.servers import private
from tests.support.servers.mosquitto import RECEIVER
from tests.support.servers.private import PASSWORD, USER, Child

PACKAGES = ("rabbitmq-server",)
HOSTS = ("127.77.0.1", "127.77.0.2", "127.77.0.3")
"""Of the nodes, all at the same port."""
_PATIENCE_S = 120


class Cluster:
    """`port` is MQTT's, `web_port` that of MQTT through web sockets (at /ws), on each of `HOSTS`."""

    user, password = USER, PASSWORD

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        packages = unpacked(*PACKAGES)
        self._home = next(packages.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*"))
        self._environment = _environment(folder, packages)
        self.port, self.web_port = private.free_port(HOSTS[0]), private.free_port(HOSTS[0])
        self._ports = [private.free_port() for _ in HOSTS]
        self._nodes: dict[str, Child] = {}
        self._mapper = Child(self._begun("epmd", [_tool(folder, "epmd")], {}), folder / "epmd.log")
        _write_users(folder / "users.json")
        (folder / "plugins").write_text("[rabbitmq_mqtt,rabbitmq_web_mqtt].\n")

    def start(self, host: str) -> None:
        """Start a node; it joins those that run. Returns at once."""
        name = f"node{HOSTS.index(host)}"
        (self._folder / f"{name}.conf").write_text(self._configuration(host))
        process = self._begun(
            name,
            [self._home / "sbin/rabbitmq-server"],
            {
                "RABBITMQ_NODENAME": f"{name}@localhost",
                "RABBITMQ_CONFIG_FILE": str(self._folder / f"{name}.conf"),
                "RABBITMQ_DIST_PORT": str(self._ports[HOSTS.index(host)]),
                "RABBITMQ_PID_FILE": str(self._folder / f"{name}.pid"),
            },
        )
        self._nodes[host] = Child(process, self._folder / f"{name}.log")

    def wait_for(self, host: str) -> None:
        """Until a node takes clients.

        Raises:
            RuntimeError: it has ended, or takes too long; its log is in the message.
        """
        deadline = time.monotonic() + _PATIENCE_S
        while not private.accepts(self.port, host):
            if not self._nodes[host].running() or time.monotonic() > deadline:
                raise RuntimeError(f"{host} did not start:\n{self.said(host)[-3000:]}")
            time.sleep(0.1)

    def kill(self, host: str) -> None:
        """As a power cut would."""
        self._nodes.pop(host).stop()

    def signal(self, host: str, number: int) -> None:
        """Stop a node in the middle (SIGSTOP), or let it go on (SIGCONT)."""
        for process in self._nodes[host].sessions():  # the node itself is a child of the script that starts it
            process.send_signal(number)

    def said(self, host: str) -> str:
        return (self._folder / f"node{HOSTS.index(host)}.log").read_text(errors="replace")

    def close(self) -> None:
        for host in tuple(self._nodes):
            self.kill(host)
        self._mapper.stop()

    def _configuration(self, host: str) -> str:
        known = "".join(
            f"cluster_formation.classic_config.nodes.{number} = node{number - 1}@localhost\n"
            for number in range(1, len(HOSTS) + 1)
        )
        return (
            f"listeners.tcp = none\nmqtt.listeners.tcp.1 = {host}:{self.port}\nmqtt.allow_anonymous = false\n"
            f"web_mqtt.tcp.listener = {host}:{self.web_port}\n"
            "mqtt.durable_queue_type = quorum\nmqtt.exchange = amq.topic\n"
            f"load_definitions = {self._folder / 'users.json'}\n"
            f"cluster_formation.peer_discovery_backend = classic_config\n{known}"
            "cluster_formation.randomized_startup_delay_range.min = 0\n"
            "cluster_formation.randomized_startup_delay_range.max = 1\n"
            "cluster_partition_handling = pause_minority\nlog.console = true\nlog.file = false\n"
            "disk_free_limit.absolute = 10MB\n"
        )

    def _begun(self, name: str, command: list[Path], more: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**self._environment, **more},
                cwd=self._folder,
            )


@contextmanager
def rabbitmq(folder: Path) -> Iterator[Cluster]:
    """Three nodes that have found one another."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder)
    try:
        cluster.start(HOSTS[0])
        cluster.wait_for(HOSTS[0])
        for host in HOSTS[1:]:
            cluster.start(host)
        for host in HOSTS[1:]:
            cluster.wait_for(host)
        yield cluster
    finally:
        cluster.close()


def password_hash(password: str) -> str:
    """As `rabbitmqctl hash_password` says it."""
    salt = b"salt"
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _environment(folder: Path, packages: Path) -> dict[str, str]:
    """Erlang as if it were installed below the unpacked packages, and all that RabbitMQ keeps below `folder`."""
    erlang = packages / "usr/lib/erlang"
    programs = next(erlang.glob("erts-*/bin"))
    tools = folder / "tools"
    tools.mkdir()
    (tools / "erl").write_text(
        f"#!/bin/sh\nROOTDIR={erlang}\nBINDIR={programs}\nEMU=beam\nPROGNAME=erl\n"
        'export ROOTDIR BINDIR EMU PROGNAME\nexec "$BINDIR/erlexec" "$@"\n'
    )
    (tools / "erl").chmod(0o755)
    (tools / "epmd").symlink_to(programs / "epmd")
    cookie = folder / ".erlang.cookie"
    cookie.write_text("STATIONGATEWAYTESTS")
    cookie.chmod(0o400)
    return {
        **library_path(packages),
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(private.free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_MNESIA_BASE": str(folder / "kept"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +A 4",
    }


def _tool(folder: Path, name: str) -> Path:
    return folder / "tools" / name


def _write_users(file: Path) -> None:
    """`station` may publish below `NUO001/` only, by the rights of docs/fleet.md; `receiver` may do all."""
    common = {
        "password_hash": password_hash(PASSWORD),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "",
    }
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    ours = "^(amq[.]topic|mqtt-subscription-.*)$"
    only_messages = {"configure": "^mqtt-subscription-.*", "write": ours, "read": ours}
    file.write_text(
        json.dumps(
            {
                "users": [{"name": name, **common} for name in (USER, RECEIVER)],
                "vhosts": [{"name": "/"}],
                "permissions": [
                    {"user": USER, "vhost": "/", **only_messages},
                    {"user": RECEIVER, "vhost": "/", **everything},
                ],
                "topic_permissions": [
                    {"user": USER, "vhost": "/", "exchange": "amq.topic", "write": "^NUO001[.].*", "read": "^$"}
                ],
            }
        )
    )
