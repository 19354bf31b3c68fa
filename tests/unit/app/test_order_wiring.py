"""Who takes and who carries transport orders; a station that has none loads nothing of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from gateway.app.order_wiring import order_workers
from gateway.config import load
from gateway.core.component import ComponentKind, ComponentState
from gateway.db import open_database
from gateway.runtime.clock import SystemClock
from tests.unit.config.test_orders import COACH, MEASURING

OF_ORDERS = ("httpx", "httpcore", "h11", "jsonschema", "referencing", "rfc8785", "pkcs11")


class Board:
    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        return False


def workers(folder: Path, text: str) -> list[str]:
    file = folder / "gateway.yaml"
    file.write_text(text.replace("orders:\n", f"orders:\n  spool: {folder / 'spool'}\n", 1), "utf-8")
    database = open_database(folder / "gateway.db")
    trust: Any = None

    class Trusting:
        is_trusted = staticmethod(lambda now: True)

    trust = Trusting()
    made = order_workers(load(file, check_secrets=False), database, Board(), SystemClock(), trust, lambda name: None)
    for one in made:
        one.close()
    database.close()
    return [one.name for one in made]


def test_a_coach_station_has_a_spool_and_a_courier(tmp_path: Path) -> None:
    assert workers(tmp_path, COACH) == ["orders/spool", "cuc-dbvn/orders"]


def test_the_door_is_there_where_it_is_asked_for(tmp_path: Path) -> None:
    text = COACH.replace("  sign", "  listen: 127.0.0.1:8089\n  token: {file: /t}\n  sign")
    assert workers(tmp_path, text) == ["orders/spool", "orders/door", "cuc-dbvn/orders"]


def test_without_a_destination_orders_are_taken_and_wait(tmp_path: Path) -> None:
    assert workers(tmp_path, COACH[: COACH.index("destinations")]) == ["orders/spool"]


def test_a_station_that_measures_alone_has_nobody_and_loads_nothing_of_it(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    text = COACH.replace("coach_station", "surface_water")
    file.write_text(text[: text.index("orders:")] + MEASURING, "utf-8")
    code = f"""
import sys
from pathlib import Path
import gateway.app.daemon
from gateway.app.order_wiring import order_workers
from gateway.config import load
assert order_workers(load(Path({str(file)!r}), check_secrets=False), None, None, None, None, None) == []
loaded = [one for one in sys.modules if one.split(".")[0] in {OF_ORDERS!r} or one.startswith("gateway.orders")]
assert loaded == [], loaded
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_a_coach_station_loads_nothing_of_measuring_and_nothing_that_draws(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(COACH.replace("orders:\n", f"orders:\n  spool: {tmp_path / 'spool'}\n", 1), "utf-8")
    code = f"""
import sys
from pathlib import Path
import gateway.app.daemon
from gateway.app.order_wiring import order_workers
from gateway.config import load
from gateway.db import open_database
from gateway.runtime.clock import SystemClock
class Trusting:
    is_trusted = staticmethod(lambda now: True)
database = open_database(Path({str(tmp_path / "gateway.db")!r}))
made = order_workers(load(Path({str(file)!r}), check_secrets=False), database, None, SystemClock(), Trusting(), None)
assert len(made) == 2 and "httpx" in sys.modules
loaded = [one for one in sys.modules if one.split(".")[0] in ("rich", "pygments", "asyncio", "anyio", "pymodbus")]
loaded += [one for one in sys.modules if one == "gateway.instruments.registry"]
assert loaded == [], loaded
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
