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


RELAY_PASSWORD = "read-aloud-to-the-department"  # noqa: S105 - of a trial
CAMERAS = [
    ("Record cameras", "y"),
    ("Folder for video", ""),
    ("Name of the camera", "outlet"),
    ("The stream's URL", "rtsp://192.0.2.31/stream1"),
    ("User at the camera", ""),
    ("Another camera", ""),
    ("Let the authority look", "y"),
    ("Address for the authority's viewers", ""),
    ("User for the authority", ""),
    ("Password for authority", RELAY_PASSWORD),
    ("Once more", RELAY_PASSWORD),
]
"""Instead of none."""


def with_cameras(answers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same station with a camera, at which the authority may look."""
    return [one for pair in answers for one in (CAMERAS if pair[0] == "Record cameras" else [pair])]


def walk_at_text_devices(station: SimulatedStation, server: dict[str, Any], folder: Path) -> list[tuple[str, str]]:
    """A person's answers at the simulated station of ambient air: four analysers on a serial line, a dust monitor on
    another, a mast behind a device server. `server`: one of its authorities' ways in. Questions that are not named are
    answered with what is offered."""
    gases, dust, mast = (station.instruments[name] for name in ("gases", "dust", "mast"))
    analysers = [
        ("nitrogen", ["NO", "NO2"]),
        ("sulphur", ["SO2"]),
        ("monoxide", ["CO"]),
        ("ozone", ["O3"]),
    ]
    answers = [
        ("Choose a language|Ngôn ngữ", "2"), ("Name of the station", "Trạm không khí thử nghiệm"),
        ("Kind of station", "ambient_air"), ("Province's code", "DN"), ("Facility's", "TTQT"),
        ("Station's code", "KHI101"),
        ("Folder for the data", str(folder / "storage")),
        ("Type of connection", "serial"), ("Name of the connection", "gases"), ("Serial port", gases["device"]),
        ("Another connection", "y"),
        ("Type of connection", "serial"), ("Name of the connection", "dust"), ("Serial port", dust["device"]),
        ("Another connection", "y"),
        ("Type of connection", "tcp"), ("Name of the connection", "mast"), ("Address of the device", mast["host"]),
        ("TCP port", str(mast["port"])),
    ]  # fmt: skip
    for name, symbols in analysers:
        answers += [
            ("The instrument's connection", "gases"), ("Ready instrument", ""), ("Name of the instrument", name),
            ("What it speaks", "bayern_hessen"), ("address on its line", ""), ("Time between", "2s"),
        ]  # fmt: skip
        for index, symbol in enumerate(symbols):
            answers += [("Another parameter", "y")] if index else []
            answers += [("Parameter's symbol", symbol)]
        answers += [("Another instrument", "y")]
    for name, groups in (
        ("dust", ["PM10", "PM2,5"]),
        ("mast", ["WS", "WD", "Temp", "RH", "P", "Rain", "Rad"]),
    ):
        answers += [
            ("The instrument's connection", name), ("Ready instrument", ""), ("Name of the instrument", name),
            ("What it speaks", "ascii"), ("Time between", "3s"),
        ]  # fmt: skip
        for number, symbol in enumerate(groups, 1):
            answers += [(f"Symbol for v{number}", symbol)]
            answers += [("How Rain is counted", "total"), ("begins again after", "100")] if symbol == "Rain" else []
        answers += [
            (f"Symbol for v{len(groups) + 1}", "status"), ("Its words for calibrating", "1"), ("for a fault", "2"),
            ("Another instrument", "y" if name == "dust" else "n"),
        ]  # fmt: skip
    return [
        *answers,
        ("Server's address", server["host"]), ("Port", str(server["port"])), ("User", server["user"]),
        ("Folder at the server", "KHI101"), ("Fingerprint", "1"),
        ("Password of so-tnmt", server["password"]), ("Once more", server["password"]),
        ("Declare the ports", ""),
    ]  # fmt: skip


def asked_is(wanted: str, asked: str | None) -> bool:
    return asked is not None and any(word in asked for word in wanted.split("|"))
