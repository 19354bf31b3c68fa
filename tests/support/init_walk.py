"""What is answered to `gateway init`: by a script, and by a person at a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.live.simulator import SimulatedStation
from tests.support.servers import Server


def answers_of(station: SimulatedStation, server: Server, folder: Path) -> dict[str, Any]:
    """What a script would give, in the configuration's own shape."""
    plc = station.instruments["plc"]
    secret = folder / "given-password"
    secret.touch(mode=0o600)
    secret.write_text(server.password + "\n")
    return {
        "station": {
            "name": "Trạm nước thải thử nghiệm", "province": "HN", "facility": "ABCD", "code": "NUO001",
            "kind": "wastewater",
        },
        "storage": {"path": str(folder / "storage")},
        "reporting": {"slot": "10s"},
        "clock": {"servers": [], "trust": "assume"},
        "links": {"plc": {"type": "modbus-tcp", "host": plc["host"], "port": plc["port"]}},
        "instruments": [
            {
                "name": "multiprobe", "poll": "1s",
                "parameters": [
                    {"symbol": "pH", "register": "holding:4"},
                    {"symbol": "COD", "register": "input:2", "type": "uint16", "scale": 0.1,
                     "limit": {"standard": "QCVN 40:2011", "column": "B", "kq": 0.9, "kf": 1.1}},
                ],
            }
        ],
        "destinations": [
            {"url": f"sftp://{server.user}@{server.host}:{server.port}/files",
             "host_key": server.host_key, "password": {"from_file": str(secret)}}
        ],
    }  # fmt: skip


def walk(station: SimulatedStation, server: Server, folder: Path) -> list[tuple[str, str]]:
    """A person's answers, in English; the empty one takes what is offered."""
    plc = station.instruments["plc"]
    return [
        ("Choose a language|Ngôn ngữ", "2"),
        ("Name of the station", "Trạm nước thải thử nghiệm"),
        ("Kind of station", "1"),
        ("Province's code", "HN"),
        ("Facility's abbreviation", "ABCD"),
        ("Station's code", "NUO001"),
        ("Full name of the province", ""),
        ("Full name of the facility", ""),
        ("Specially monitored", ""),
        ("Folder for the data", str(folder / "storage")),
        ("Time servers", ""),
        ("Type of connection", "modbus-tcp"),
        ("Name of the connection", ""),
        ("Address of the device", plc["host"]),
        ("TCP port", str(plc["port"])),
        ("Another connection", ""),
        ("Modbus unit", ""),
        ("Ready instrument", ""),
        ("Name of the instrument", "multiprobe"),
        ("Time between two polls", "5s"),
        ("Show registers", "holding:0-9"),
        ("Show further registers", ""),
        ("Parameter's symbol", "pH"),
        ("Register of pH", "holding:4"),
        ("Type of pH", ""),
        ("Byte order of pH", ""),
        ("Factor of pH", ""),
        ("Decimal places of pH", ""),
        ("Range of pH", ""),
        ("Limit of pH", "QCVN 40:2011"),
        ("column", "B"),
        ("Another parameter", "n"),
        ("Another instrument", ""),
        ("Authority", ""),
        ("Short name of the destination", ""),
        ("Full name of the authority", ""),
        ("Protocol", ""),
        ("Server's address", server.host),
        ("Port", str(server.port)),
        ("User", server.user),
        ("Folder at the server", "files"),
        ("Folders by day", ""),
        ("Fingerprint", "1"),
        ("Way to log in", ""),
        ("Password of so-tnmt", server.password),
        ("Once more", server.password),
        ("Another destination", ""),
        ("The station's page", ""),
        ("Record cameras", ""),
        ("Send alerts", ""),
        ("Declare the ports", ""),
    ]


def asked_is(wanted: str, asked: str | None) -> bool:
    return asked is not None and any(word in asked for word in wanted.split("|"))
