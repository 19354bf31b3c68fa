"""Pieces of configuration as the guides show them, put into a station in which they belong, and loaded."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gateway.acceptance.answers import read_answers
from gateway.acceptance.list_file import read_list
from gateway.config import load
from gateway.core.errors import ConfigError, GatewayError

_SECRET = "{env: SECRET}"  # noqa: S105 - a reference
_KINDS = ("wastewater", "emission", "ambient_air", "coach_station")
_VALVES = "[{symbol: SO2, unit: mg/Nm3, register: 'holding:0', type: float32, range: [0, 300]}, " + (
    "{symbol: NO, unit: mg/Nm3, register: 'holding:2', type: float32, range: [0, 300]}]"
)
_MEASURED = "[{symbol: COD, unit: mg/L, register: 'holding:0', type: float32, limit: {max: 75}}]"


def _station(kind: str) -> dict[str, str]:
    """Section → its text. A coach station has none but its own."""
    if kind == "coach_station":
        return {}
    measured = _MEASURED if kind == "wastewater" else _VALVES
    return {
        "station": f"{{name: Trạm, province: HN, facility: ABCD, code: NUO001, kind: {kind}}}",
        "links": "{plc: {type: modbus-tcp, host: 192.168.1.10}, bus: {type: modbus-rtu, device: /dev/ttyS9}}",
        "instruments": f"\n  - name: multiprobe\n    link: plc\n    unit: 1\n    poll: 5s\n    parameters: {measured}",
        "destinations": (
            f"[{{name: so-tnmt, authority: province, url: 'ftps://u@ftp.example.vn/NUO001', password: {_SECRET}}}]"
        ),
        "web": "{}",
        "cameras": (
            f"{{relay: {{user: a, password: {_SECRET}}}, list: [{{name: outlet, url: 'rtsp://192.168.1.31/s'}}]}}"
        ),
    }


def configurations(content: str, folder: Path) -> list[str]:
    """What is wrong with that piece, in no matter which kind of station; empty: there is one that takes it."""
    content = "".join(line for line in content.splitlines(keepends=True) if "{…}" not in line)
    found: Any = YAML(typ="safe").load(content)
    file = folder / "gateway.yaml"
    if isinstance(found, Mapping) and "folder" in found:
        return _read(read_list, content, folder / "list.yaml")
    if isinstance(found, Mapping) and "display" in found:
        return _read(read_answers, content, folder / "answers.yaml")
    faults: list[str] = []
    for kind in _KINDS:
        file.write_text(_placed(content, found, _station(kind), folder), encoding="utf-8")
        try:
            load(file, {"SECRET": "throw-away"})
        except ConfigError as error:
            faults = faults or [str(problem) for problem in error.problems]
        else:
            return []
    return faults


def _read(reader: Any, content: str, file: Path) -> list[str]:
    file.write_text(content, encoding="utf-8")
    try:
        reader(file)
    except GatewayError as error:
        return [str(error)]
    return []


def _placed(content: str, found: Any, station: dict[str, str], folder: Path) -> str:
    """The whole file with the piece where it belongs."""
    own = textwrap.indent(textwrap.dedent(content), "  ")
    if isinstance(found, list):
        first = found[0]
        if "url" in first:
            station["destinations"] = f"\n{own}"
        elif "link" in first:
            station["instruments"] = f"\n{own}"
            own = own.replace("unit: 3, profile", "unit: 3, poll: 5s, profile")
        else:
            station["instruments"] += (
                "\n  - name: other\n    link: plc\n    unit: 2\n    poll: 5s\n    parameters:\n"
                + textwrap.indent(own, "    ")
            )
    elif "calibration" in found:
        station["instruments"] += "\n" + textwrap.indent(own, "  ")
    else:
        named = re.findall(r"^(\w+):", content, re.MULTILINE)
        station["storage"] = f"{{path: {folder}}}"
        station = {name: text for name, text in station.items() if name not in named}
        return content + "".join(f"{name}: {text}\n" for name, text in station.items())
    return "".join(f"{name}: {text}\n" for name, text in station.items()) + f"storage: {{path: {folder}}}\n"
