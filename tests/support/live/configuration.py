"""The gateway's configuration for the simulated wastewater station, as a person would write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSTRUMENTS = """\
instruments:
  - name: multiprobe
    link: plc
    unit: 1
    poll: 1s
    status: {register: "holding:100", type: uint16, calibrating: [1], fault: [2]}
    parameters:
      - {symbol: Flow, unit: m3/h, register: "holding:0", type: float32, decimals: 1}
      - {symbol: Temp, unit: oC, register: "holding:2", type: float32, byte_order: CDAB, decimals: 2}
      - {symbol: pH, unit: "-", register: "holding:4", type: float32, decimals: 3, range: [0, 14]}
      - {symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1, decimals: 1}
      - {symbol: Color, unit: Pt-Co, register: "input:3", type: int16, decimals: 0}
      - {symbol: TOC, unit: mg/L, register: "input:4", type: uint32, byte_order: CDAB, scale: 0.001, decimals: 3}

  - name: nutrients
    link: bus
    unit: 1
    poll: 2s
    status: {register: "holding:50", type: uint16, calibrating: [1], fault: [2]}
    parameters:
      - {symbol: NH4, unit: mg/L, register: "holding:0", type: float32, byte_order: BADC, decimals: 2}
      - {symbol: TN, unit: mg/L, register: "holding:2", type: float32, byte_order: DCBA, decimals: 4}
      - {symbol: TP, unit: mg/L, register: "holding:4", type: uint16, scale: 0.01, decimals: 2}

  - name: solids
    link: bus
    unit: 2
    poll: 1s
    status: {register: "holding:10", type: uint16, calibrating: [1], fault: [2]}
    parameters:
      - {symbol: TSS, unit: mg/L, register: "holding:0", type: int32, scale: 0.01, decimals: 2}
      - {symbol: Cl, unit: mg/L, register: "holding:2", type: bcd16, scale: 0.001, decimals: 3}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a destination is and what proves it: a pinned host key for SFTP, an authority's certificate for FTPS,
    nothing for FTP."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    proof: str
    path: str = "/NUO001"

    @classmethod
    def of(cls, access: dict[str, Any], scheme: str, *, at: tuple[str, int] | None = None) -> Server:
        """A server from the simulator's ready line; `at` is another way to it, through a proxy."""
        shown = access[scheme]
        host, port = at or (shown["host"], shown["port"])
        proof = shown["host_key"] if scheme == "sftp" else shown.get("ca", "")
        return cls(scheme, host, port, shown["user"], shown["password"], proof)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A destination: its name, its server, whose it is."""

    name: str
    server: Server
    authority: str = "province"
    only_if_special: bool = False


def write(
    folder: Path,
    instruments: dict[str, dict[str, Any]],
    destinations: Sequence[Wanted],
    *,
    special_monitoring: bool = True,
    slot: str = "10s",
    clock: str = "{trust: assume}",
) -> Path:
    """Write `folder / "gateway.yaml"`, and each destination's password to a file that only its owner may read.

    `clock`: by default that of a machine of which nobody knows whether anything sets its clock.
    """
    plc, bus = instruments["plc"], instruments["bus"]
    text = f"""\
station:
  name: Trạm nước thải thử nghiệm
  province: HN
  facility: ABCD
  code: NUO001
  kind: wastewater
  special_monitoring: {str(special_monitoring).lower()}

storage: {{path: {folder / "storage"}}}

reporting: {{slot: {slot}}}

clock: {clock}

links:
  plc: {{type: modbus-tcp, host: {plc["host"]}, port: {plc["port"]}, timeout: 1s}}
  bus: {{type: modbus-rtu, device: {bus["device"]}, baudrate: 9600, timeout: 500ms}}

{INSTRUMENTS}
destinations:
"""
    file = folder / "gateway.yaml"
    file.write_text(text + "".join(destination(folder, wanted) for wanted in destinations), encoding="utf-8")
    return file


def destination(folder: Path, wanted: Wanted) -> str:
    """The destination's entry; its password goes to a file in the folder."""
    secret = folder / f"{wanted.name}.secret"
    secret.touch(mode=0o600)
    secret.write_text(wanted.server.password, encoding="utf-8")
    server = wanted.server
    ca = f"ca: {server.proof}"
    proofs = {"sftp": f'host_key: "{server.proof}"', "ftps": ca, "ftps-implicit": ca, "mqtts": ca}
    return f"""\
  - name: {wanted.name}
    authority: {wanted.authority}
    only_if_special: {str(wanted.only_if_special).lower()}
    url: {server.scheme}://{server.user}@{server.host}:{server.port}{server.path}
    password: {{file: {secret}}}
    {proofs.get(server.scheme, "")}
"""
