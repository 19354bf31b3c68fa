"""A coach station's files, and who submits orders to it: by folder, over HTTP, by hand."""

from __future__ import annotations

import base64
import http.client
import json
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.cli.demo.order_source import png
from gateway.core.errors import GatewayError
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.transport_order import OrderState
from gateway.db import open_database
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.store import OrderStore
from gateway.orders.tries import TryOutcome, order_tries
from stationsim.road.signatures import Signatures
from tests.support.live.gateway import command
from tests.support.order_keys import new_key, signer_files

TOKEN = "of-the-door"


@dataclass
class CoachStation:
    """`sure`: orders of which somebody was told that they were taken, or that were moved in whole."""

    folder: Path
    configuration: Path
    port: int
    picture: bytes = field(default_factory=lambda: png(60, 40, lambda count: bytes(range(count))))
    sure: set[str] = field(default_factory=set)
    number: int = 0

    def order(self, image: Any, name: str = "") -> tuple[str, bytes]:
        self.number += 1
        name = name or f"L-{self.number}"
        now_ms = time.time_ns() // 1_000_000
        content = {"id": name, "issued_ms": now_ms, "plate": "30E-123.45", "operator": "0100109106", "station": "BXMD"}
        rest = {"department": "01", "route": "2901.1511.A", "departure_ms": now_ms + 1_800_000, "images": [image]}
        return name, json.dumps(content | rest | {"driver": {"name": "Nguyễn Văn A"}}).encode()

    def move_in(self, name: str = "") -> None:
        """The picture first; the order is written under another name before it has its own."""
        picture = f"{name or self.number + 1}.png"
        name, content = self.order(picture, name)
        spool = self.folder / "spool"
        spool.mkdir(exist_ok=True)
        (spool / picture).write_bytes(self.picture)
        (spool / f"{name}.part").write_bytes(content)
        (spool / f"{name}.part").rename(spool / f"{name}.json")
        self.sure.add(name)

    def post(self) -> None:
        """Nobody may be there to answer, or be killed before he does: then nothing is sure."""
        image = {"name": "front.png", "content": base64.b64encode(self.picture).decode("ascii")}
        name, content = self.order(image)
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection,
        ):
            connection.request("POST", "/orders", content, {"Authorization": f"Bearer {TOKEN}"})
            status = connection.getresponse().status
            assert status in (201, 503)
            if status == 201:
                self.sure.add(name)

    def by_hand(self) -> None:
        name, content = self.order("by-hand.png")
        file = self.folder / f"{name}.json"
        (self.folder / "by-hand.png").write_bytes(self.picture)
        file.write_bytes(content)
        said = command("orders", "submit", file, "-c", self.configuration)
        assert said.returncode == 0, said.stderr
        self.sure.add(name)

    def states(self) -> dict[str, OrderState]:
        """Of every order that the gateway has."""
        try:
            with closing(open_database(self.folder / "storage" / "gateway.db", read_only=True)) as database:
                store = OrderStore(database, KeptDocuments(self.folder / "spool"))
                return {one.order_id: one.state for one in store.submitted(0, FAR_FUTURE_MS)}
        except (GatewayError, FileNotFoundError):
            return {}  # it is starting

    def is_settled(self) -> bool:
        found = self.states()
        return self.sure <= found.keys() and OrderState.WAITING not in found.values()

    def refusals(self, name: str) -> int:
        """How often the administration refused it."""
        with closing(open_database(self.folder / "storage" / "gateway.db", read_only=True)) as database:
            order = OrderStore(database, KeptDocuments(self.folder / "spool")).find(name)
            assert order is not None
            return sum(one.outcome is TryOutcome.REFUSED for one in order_tries(database, order.number))

    def listed(self) -> dict[str, dict[str, Any]]:
        """As `gateway orders list` tells them."""
        said = command("orders", "list", "--json", "-c", self.configuration)
        assert said.returncode == 0, said.stderr
        return {one["id"]: one for one in json.loads(said.stdout)}


def orders_section(folder: Path, road: dict[str, Any], port: int) -> tuple[str, str]:
    """The section, and the destination's entry. ES256 signs differently each time: what is signed twice and sent twice
    is seen at the administration."""
    signer = signer_files(folder / "keys", key=new_key("ES256"))
    for name, secret in (("road", road["password"]), ("door", TOKEN)):
        file = folder / f"{name}.secret"
        file.touch(mode=0o600)
        file.write_text(secret, "utf-8")
    files = f"key: {{file: {signer.key}}}, certificate: {{file: {signer.certificate}}}, algorithm: ES256"
    section = f"""\
orders:
  spool: {folder / "spool"}
  listen: 127.0.0.1:{port}
  token: {{file: {folder / "door.secret"}}}
  sign: [{{role: station, {files}}}]
"""
    destination = f"""\
  - name: cuc-dbvn
    authority: road
    url: {road["url"]}
    password: {{file: {folder / "road.secret"}}}
    ca: {road["ca"]}
"""
    return section, destination


def coach_configuration(folder: Path, road: dict[str, Any], port: int) -> Path:
    """Of a station that carries orders and nothing else."""
    section, destination = orders_section(folder, road, port)
    file = folder / "gateway.yaml"
    file.write_text(
        "station: {name: Bến xe, province: HN, facility: BXGB, code: BX2901, kind: coach_station}\n"
        f"storage: {{path: {folder / 'storage'}}}\nclock: {{trust: assume}}\n{section}destinations:\n{destination}",
        "utf-8",
    )
    return file


def verified(station: CoachStation, road: dict[str, Any]) -> set[str]:
    """The orders that lie at the administration; each verifies with openssl, and is there once."""
    lines = [json.loads(one) for one in Path(road["root"], "accepted.jsonl").read_text().splitlines()]
    names = [one["id"] for one in lines]
    assert len(names) == len(set(names))
    signatures = Signatures(["station"], [station.folder / "keys" / "station.pem"])
    for file in Path(road["root"], "orders").glob("*.json"):
        assert signatures.fault(json.loads(file.read_text("utf-8"))) is None
    return set(names)
