"""`gateway status DESTINATION` of the road administration's: what waits for it are orders, and they have no lanes."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.cli.destination import _last_error
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.instants import MINUTE_MS
from gateway.core.transport_order import NewOrder, OrderWay
from gateway.db.board import Component
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.store import OrderStore
from gateway.runtime.clock import SystemClock
from tests.support.new_database import new_database
from tests.unit.config.test_orders import COACH


def said(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["gateway", "status", "cuc-dbvn", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


def test_orders_that_wait_are_counted_and_the_oldest_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, now_ms = tmp_path / "gateway.yaml", SystemClock().now().wall_ms
    file.write_text(f"{COACH}storage: {{path: {tmp_path}}}\n", "utf-8")
    with closing(new_database(tmp_path / "gateway.db")) as database:
        store = OrderStore(database, KeptDocuments(tmp_path))
        for name, minutes in (("A", 12), ("B", 3)):
            new = NewOrder(name, now_ms, "30E12345", b"{}", "c" * 64, name.encode())
            store.add(new, OrderWay.SPOOL, "", now_ms - minutes * MINUTE_MS - 1000)
    assert said("-c", str(file)) == 0
    lines = capsys.readouterr().out
    assert "orders waiting: 2; set aside: 0" in lines
    assert "the oldest has waited for 12 min" in lines
    assert "live" not in lines
    assert said("-c", str(file), "--json") == 0
    assert json.loads(capsys.readouterr().out)["waiting"] == {"orders": 2}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ComponentState.REJECTED, "  last error, 2026-01-05 10:00:00: no log-in"),
        (ComponentState.UP, "  last error, 2026-01-05 10:00:00, over since 2026-01-05 11:00:00: no log-in"),
    ],
)
def test_an_error_is_dated_and_one_that_is_over_says_so(state: ComponentState, expected: str) -> None:
    at_ms = 1_767_582_000_000
    component = Component(ComponentKind.DESTINATION, "so-tnmt", state, at_ms + 60 * MINUTE_MS, "no log-in", at_ms)
    assert str(_last_error(component, "Asia/Ho_Chi_Minh")) == expected
