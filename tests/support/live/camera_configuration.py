"""A configuration for a recorder of cameras: a station that has little else, and an instrument that nobody asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_STATION = """\
station: {{name: Ví dụ, province: HN, facility: ABCD, code: KHI001, kind: ambient_air}}
clock: {{trust: assume}}
storage: {{path: {folder}}}
links: {{bus: {{type: modbus-tcp, host: 127.0.0.1, port: 1}}}}
instruments:
  - name: gas
    link: bus
    unit: 1
    poll: 5s
    parameters: [{{symbol: SO2, unit: ug/Nm3, register: "holding:0", type: uint16}}]
"""
_CAMERAS = """\
cameras:
  storage: {{path: {folder}/video}}
{relay}  list:
{cameras}
"""


def write_recorder(folder: Path, cameras: Sequence[str], *, relay: str | None = None) -> Path:
    """Write `folder / "gateway.yaml"`; the storage is the folder, and its video lies in `video` below it.

    `cameras`: what stands between the braces of each. `relay`: what stands between those of the relay.
    """
    text = _STATION.format(folder=folder)
    if cameras:
        text += _CAMERAS.format(
            folder=folder,
            relay="" if relay is None else f"  relay: {{{relay}}}\n",
            cameras="\n".join(f"    - {{{one}}}" for one in cameras),
        )
    file = folder / "gateway.yaml"
    file.write_text(text, encoding="utf-8")
    return file
