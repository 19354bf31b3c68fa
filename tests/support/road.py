"""A road administration's server for tests, and orders as it takes them, unsigned where nobody verifies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gateway.core.order_uplink import OrderParcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.https.road_server import RoadProfile, RoadServer
from gateway.uplinks.https.uplink import HttpsUplink
from stationsim.clock import SystemClock as TheirClock
from stationsim.model.road import RoadModel
from stationsim.road.administration import SimulatedRoadAdministration

_ISSUED_MS = SystemClock().now().wall_ms
PASSWORD = "p@ss {token} “wörd”"


def open_road(folder: Path, **settings: Any) -> SimulatedRoadAdministration:
    """Listens until it is closed. `settings` as in a scenario; nothing is verified unless they say so."""
    places = folder / "taken", folder / "keys"
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    usual = {"name": "road", "user": "nhaxe01", "password": PASSWORD, "verify": False}
    return SimulatedRoadAdministration(RoadModel.model_validate(usual | settings), *places, TheirClock())


def way_to(road: SimulatedRoadAdministration, **differences: Any) -> HttpsUplink:
    """An uplink that is right in everything but the differences."""
    usual: dict[str, Any] = {"host": "127.0.0.1", "port": road.access["port"], "base": "", "user": road.access["user"]}
    usual |= {"password": lambda: PASSWORD, "profile": RoadProfile(), "timeout_s": 5.0, "ca": Path(road.access["ca"])}
    return HttpsUplink(RoadServer(**(usual | differences)), SystemClock())


def parcel(order_id: str, **members: Any) -> OrderParcel:
    """An order that the server takes, the same each time."""
    order = {"id": order_id, "plate": "30E12345", "operator": "x", "station": "BXMD", "department": "01"}
    times = {"route": "2901.1511.A", "issued_ms": _ISSUED_MS, "departure_ms": _ISSUED_MS, "signatures": []}
    return OrderParcel(order_id, json.dumps(order | times | members, ensure_ascii=False).encode())
