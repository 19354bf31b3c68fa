"""The demo's coach station: the keys of those who sign, and the configuration for the simulated road administration."""

from __future__ import annotations

import secrets
import socket
import subprocess
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from gateway.cli.demo.secret_file import write_secret
from gateway.cli.speech import language_spoken, said
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

_HOST = "127.0.0.1"
_KEYS = {"station": ("rsa:2048",), "operator": ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")}
"""Who signs: what openssl makes for him."""


@dataclass(frozen=True, slots=True)
class CoachStation:
    """`token`: what the door wants. `certificates`: by who signs."""

    configuration: Path
    spool: Path
    door: int
    token: str
    certificates: dict[str, Path]


def write_coach_station(road: dict[str, Any], time_servers: dict[str, dict[str, Any]], folder: Path) -> CoachStation:
    """`road`: how the road administration is reached. Passwords and keys go to files that only their owner may read.

    Raises:
        GatewayError: there is no openssl.
    """
    keys = {role: _signer(role, folder) for role in _KEYS}
    token, door = secrets.token_urlsafe(12), _free_port()
    station = CoachStation(
        folder / "gateway.yaml", folder / "orders", door, token, {role: pair[1] for role, pair in keys.items()}
    )
    station.spool.mkdir()
    template = Template(resources.files(__package__).joinpath("orders.yaml").read_text("utf-8"))
    station.configuration.write_text(
        template.substitute(
            name=said(Phrase("Simulated coach station")),
            language=language_spoken().value,
            storage=folder / "storage",
            time_servers=", ".join(f'"{one["host"]}:{one["port"]}"' for one in time_servers.values()),
            spool=station.spool,
            door=door,
            door_secret=write_secret(folder / "door.secret", token),
            station_key=keys["station"][0],
            station_certificate=keys["station"][1],
            operator_key=keys["operator"][0],
            operator_certificate=keys["operator"][1],
            url=road["url"],
            road_secret=write_secret(folder / "cuc-dbvn.secret", road["password"]),
            ca=road["ca"],
        ),
        encoding="utf-8",
    )
    return station


def _signer(role: str, folder: Path) -> tuple[Path, Path]:
    """A key and its certificate, signed by itself, as openssl makes them."""
    key, certificate = folder / f"{role}.key", folder / f"{role}.pem"
    key.touch(mode=0o600)
    names = f"/C=VN/O=Simulated/CN={role}"
    made = ("req", "-x509", "-newkey", *_KEYS[role], "-nodes", "-days", "60", "-subj", names)
    try:
        subprocess.run(
            ["openssl", *made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
        )
    except FileNotFoundError:
        raise GatewayError(Phrase("openssl is missing: apt-get install openssl")) from None
    return key, certificate


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
    return port
