"""The stations, made once and kept below the system's folder for temporary files; whoever wants one gets a copy.

python -m tests.support.sixty_days.made wastewater 60     makes it, and says where it lies
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import gateway
from gateway.config import Configuration, load
from gateway.core.instants import DAY_MS, utc_ms
from gateway.db import reserve
from gateway.runtime.clock import boot_id
from tests.support.sixty_days import cameras, coach, surroundings
from tests.support.sixty_days.accidents import Calendar, of_ambient, of_wastewater
from tests.support.sixty_days.station import SimulatedStation
from tests.support.sixty_days.values import AMBIENT, WASTEWATER

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW_MS = utc_ms(datetime(2026, 6, 16, 10, 25, 10, tzinfo=ZONE))
"""When somebody looks: ten seconds after the newest slot's end."""
_UNTIL_MS = NOW_MS - 10_000
_MIDNIGHT_MS = utc_ms(datetime(2026, 6, 16, tzinfo=ZONE))
KINDS = ("wastewater", "ambient", "coach")
SECRETS = {"HOME": "secret"}
"""What the configurations take for passwords: a variable that every process has."""
_CLOSELY_DAYS = 2
_HERE = Path(__file__).parent


def made(kind: str, days: int, folder: Path) -> Path:
    """A copy of that station in the folder, with so many days before the day of `NOW_MS`. Its configuration's file."""
    kept = _kept(kind, days)
    shutil.copytree(kept, folder, dirs_exist_ok=True, symlinks=True)
    return _configured(kind, folder)


def _kept(kind: str, days: int) -> Path:
    """The folder of the one that is made once for this code, and each start of the machine: what is said of the clock
    holds for that alone."""
    root = Path(tempfile.gettempdir()) / f"station-gateway-sixty-days-{os.getuid()}"
    root.mkdir(mode=0o700, exist_ok=True)
    folder = root / f"{kind}-{days}-{_digest()}"
    with (root / f"{kind}-{days}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=root, prefix="making-") as scratch:
                whole = Path(scratch) / "whole"
                whole.mkdir()
                _make(kind, days, whole)
                whole.rename(folder)
    return folder


def _make(kind: str, days: int, folder: Path) -> None:
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        configuration = load(_configured(kind, folder), SECRETS)
        if kind == "coach":
            coach.live(folder, _MIDNIGHT_MS - days * DAY_MS, _MIDNIGHT_MS, NOW_MS)
            reserve.hold(folder, 1 << 20)
            return
        began_ms, calendar = _MIDNIGHT_MS - days * DAY_MS, Calendar(_MIDNIGHT_MS)
        courses, accidents = (
            (WASTEWATER, of_wastewater(calendar)) if kind == "wastewater" else (AMBIENT, of_ambient(calendar))
        )
        station = SimulatedStation(
            folder, configuration, courses, accidents, began_ms, _MIDNIGHT_MS - _CLOSELY_DAYS * DAY_MS
        )
        station.live(began_ms, _UNTIL_MS)
        _surround(station, configuration, calendar, began_ms, folder)
        surroundings.report_states(station.database, configuration, accidents, _UNTIL_MS)
        station.database.close()
    finally:
        logging.disable(disabled)


def _surround(
    station: SimulatedStation, configuration: Configuration, calendar: Calendar, began_ms: int, folder: Path
) -> None:
    surroundings.vouch(station.database, _UNTIL_MS)
    if configuration.ports is not None:
        surroundings.watch_ports(station.database, configuration, calendar, _UNTIL_MS)
        station.close_refused(
            "bo-tnmt", calendar.at(15, 10, 15), calendar.at(15, 10, 15), calendar.at(14, 9), "Bộ không nhận lại tệp này"
        )
    reserve.hold(folder, 1 << 20)
    if configuration.cameras is not None:
        cameras.record(folder, calendar, began_ms, _UNTIL_MS)


def _configured(kind: str, folder: Path) -> Path:
    file = folder / "gateway.yaml"
    file.write_text((_HERE / f"{kind}.yaml").read_text("utf-8").replace("@STORAGE@", str(folder)), "utf-8")
    if kind == "coach":
        coach.write_keys(folder / "keys")
    return file


def _digest() -> str:
    """Of what makes it: this folder, the tables that it is written into, and the version that is told of."""
    schema = _HERE.parents[2] / "gateway/db/schema"
    files = sorted([*_HERE.glob("*.py"), *_HERE.glob("*.yaml"), *schema.rglob("*.sql")])
    content = b"".join(one.read_bytes() for one in files) + f"{gateway.__version__} {boot_id()}".encode()
    return hashlib.sha256(content).hexdigest()[:12]


if __name__ == "__main__":
    print(_kept(sys.argv[1], int(sys.argv[2])))
