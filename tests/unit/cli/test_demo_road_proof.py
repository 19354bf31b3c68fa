"""What the demo of transport orders calls perfect: nothing else than each order at the administration once, signed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli.demo.order_source import png
from gateway.cli.demo.road_proof import faults_of
from gateway.core.png import png_size
from gateway.core.transport_order import OrderState
from gateway.orders.signing import OrderSigners
from gateway.runtime.clock import SystemClock
from tests.support.order_keys import SignerFiles, signer_files

NOW_MS = SystemClock().now().wall_ms


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> SignerFiles:
    return signer_files(tmp_path_factory.mktemp("keys"))


def _there(folder: Path, signer: SignerFiles, *names: str) -> Path:
    (folder / "orders").mkdir()
    (folder / "accepted.jsonl").write_text("".join(json.dumps({"id": name}) + "\n" for name in names), "utf-8")
    signers = OrderSigners([signer.settings()])
    for name in names:
        (folder / "orders" / f"{name}.json").write_bytes(signers.signed({"id": name}, NOW_MS))
    return folder


def _faults(folder: Path, signer: SignerFiles, taken: list[str], **states: OrderState) -> list[str]:
    return faults_of(states, taken, folder, {"station": signer.certificate})


def test_each_there_once_is_perfect(tmp_path: Path, signer: SignerFiles) -> None:
    folder = _there(tmp_path, signer, "A", "B")
    assert _faults(folder, signer, ["A"], A=OrderState.ACCEPTED, B=OrderState.ACCEPTED) == []


@pytest.mark.parametrize(
    ("there", "taken", "states", "fault"),
    [
        (["A", "A"], ["A"], {"A": OrderState.ACCEPTED}, "A: is there more than once"),
        ([], ["A"], {"A": OrderState.ACCEPTED}, "A: is accepted, and is not there"),
        (["A"], ["A"], {"A": OrderState.WAITING}, "A: was taken, and is waiting"),
        ([], ["A"], {}, "A: was taken, and is lost"),
        (["X"], [], {}, "X: is there, and nobody submitted it"),
    ],
)
def test_each_fault_is_told(
    tmp_path: Path,
    signer: SignerFiles,
    there: list[str],
    taken: list[str],
    states: dict[str, OrderState],
    fault: str,
) -> None:
    assert _faults(_there(tmp_path, signer, *there), signer, taken, **states) == [fault]


def test_an_altered_order_is_told(tmp_path: Path, signer: SignerFiles) -> None:
    folder = _there(tmp_path, signer, "A")
    file = folder / "orders" / "A.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"plate": "30E12345"}), "utf-8")
    assert _faults(folder, signer, ["A"], A=OrderState.ACCEPTED) == [
        "A: station: the signature is not that of the document"
    ]


def test_the_demos_pictures_are_whole() -> None:
    assert png_size(png(40, 30, bytes)) is not None
