"""The smallest station that measures: one instrument, on a link on which nobody answers unless the test does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.live.reloaded import ReloadedStation

_STATION = """\
station: {name: Trạm, province: HN, facility: ABCD, code: NUO001, kind: wastewater}
clock: {trust: assume}
"""
_INSTRUMENTS = """\
instruments:
  - name: multiprobe
    link: plc
    poll: 5s
    parameters: [{symbol: COD, unit: mg/L, register: "holding:0", type: uint16}]
"""


def station_file(
    destination: str, *, instruments: str = _INSTRUMENTS, port: int = 502, storage: Path | None = None
) -> str:
    """Its configuration. `destination`: its keys but name (`so`) and authority, as YAML without indentation. `port`: of
    the link `plc`. `storage`: its folder, if it is not the usual one."""
    kept = f"storage: {{path: {storage}}}\n" if storage else ""
    link = f"links: {{plc: {{type: modbus-tcp, host: 127.0.0.1, port: {port}, timeout: 1s}}}}\n"
    keys = "".join(f"    {line}\n" for line in destination.splitlines())
    return f"{_STATION}{kept}{link}{instruments}destinations:\n  - name: so\n    authority: province\n{keys}"


def secret_file(file: Path, text: str = "mat-khau") -> Path:
    """A password that nobody else may read."""
    file.touch(0o600)
    file.write_text(text)
    return file


@contextmanager
def running(folder: Path, configuration: Path) -> Iterator[ReloadedStation]:
    """The station's daemon. `folder`: as `ReloadedStation` has it."""
    station = ReloadedStation(folder, configuration)
    try:
        yield station
    finally:
        station.gateway.stop()
