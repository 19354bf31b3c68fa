"""Orders are moved into the spool; each has an outcome, none is taken half, and a power cut at any point loses none."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.interfaces import Instant
from gateway.db import open_database
from gateway.orders import spool_folder
from gateway.orders.intake import OrderIntake, OrderLimits
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.known_signers import keep_signers, known_signers
from gateway.orders.signing import OrderSigners
from gateway.orders.spool_folder import SpoolFolder
from gateway.orders.spool_worker import ABSENT_S, HALF_WRITTEN_S, UNCLAIMED_MS, OrderSpool
from gateway.orders.store import OrderStore
from gateway.runtime.clock import SystemClock
from tests.support.new_database import new_database
from tests.support.order_keys import signer_files
from tests.unit.orders.test_intake import order, png


@dataclass
class Spooling:
    folder: Path
    store: OrderStore
    worker: OrderSpool
    at: Instant = field(default_factory=lambda: SystemClock().now())
    trusted: bool = True
    woken: int = 0

    def now(self) -> Instant:
        return self.at

    def look(self, after_s: float = 1.0) -> None:
        self.at = Instant(self.at.wall_ms + round(after_s * 1000), self.at.mono_s + after_s)
        self.worker.step(self.at)

    def put(self, name: str, content: bytes) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_bytes(content)

    def taken(self) -> list[str]:
        return sorted(one.order_id for one in self.store.submitted(0, FAR_FUTURE_MS))

    def files(self) -> list[str]:
        """Below the spool, but for the signed documents; without the hashes in names."""
        found = [file.relative_to(self.folder) for file in self.folder.rglob("*") if file.is_file()]
        told = ["/".join(part.rsplit("-", 1)[0] for part in one.parts) for one in found if one.parts[0] != "kept"]
        return sorted(told)

    def reason(self) -> str:
        (found,) = self.folder.glob("refused/*/reason.txt")
        return found.read_text("utf-8")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spooling]:
    database = new_database(tmp_path / "gateway.db")
    folder = tmp_path / "spool"
    store, signers = OrderStore(database, KeptDocuments(folder)), OrderSigners([signer_files(tmp_path).settings()])
    made = Spooling(folder, store, None)  # type: ignore[arg-type]
    limits = OrderLimits(1_000_000, 9_000_000)
    intake = OrderIntake(store, None, signers, limits, made, lambda now: made.trusted)

    def wake() -> None:
        made.woken += 1

    made.worker = OrderSpool(
        SpoolFolder(folder), intake, store, timedelta(days=60), made, lambda now: made.trusted, wake,
        partial(keep_signers, database),
    )  # fmt: skip
    yield made
    database.close()


def test_what_is_taken_is_moved_to_done_with_its_images(spool: Spooling) -> None:
    spool.put("front.png", png())
    spool.put("order.json", order(images=["front.png"]))
    spool.look()
    assert spool.taken() == ["L-1"]
    assert spool.files() == ["done/order/front.png", "done/order/order.json"]
    assert spool.woken == 1


def test_orders_of_one_file_name_do_not_meet(spool: Spooling) -> None:
    for name in ("L-1", "L-2", "L-3"):
        spool.put("front.png", png(len(name)))
        spool.put("order.json", order(id=name, images=["front.png"]))
        spool.look()
    assert spool.taken() == ["L-1", "L-2", "L-3"]
    assert len(list((spool.folder / "done").iterdir())) == 3


def test_what_is_wrong_is_refused_at_once_with_the_reason_beside_it(spool: Spooling) -> None:
    spool.put("front.png", png())
    spool.put("order.json", order(plate="x", route=7, images=["front.png"]))
    spool.look()
    assert spool.taken() == []
    assert spool.files() == [f"refused/order/{one}" for one in ("front.png", "order.json", "reason.txt")]
    assert "/plate: is no number plate" in spool.reason()
    assert "/route: is not a text" in spool.reason()


def test_another_order_under_a_taken_id_is_refused(spool: Spooling) -> None:
    spool.put("a.json", order())
    spool.look()
    spool.put("b.json", order(route="other"))
    spool.look()
    assert spool.files() == ["done/a/a.json", "refused/b/b.json", "refused/b/reason.txt"]
    assert "another order with the id L-1" in spool.reason()


def test_json_that_is_still_being_written_waits_and_is_taken_once_it_is_whole(spool: Spooling) -> None:
    whole = order()
    for length in range(0, len(whole), 40):
        spool.put("order.json", whole[:length])
        spool.look(HALF_WRITTEN_S * 0.6)  # longer than that in all, but never without a change
    spool.put("order.json", whole)
    spool.look()
    assert spool.taken() == ["L-1"]


def test_json_that_stays_half_is_refused(spool: Spooling) -> None:
    spool.put("order.json", order()[:-5])
    spool.look()
    spool.look(HALF_WRITTEN_S - 1)
    assert spool.files() == ["order.json"]
    spool.look(2)
    assert "is no JSON" in spool.reason()


def test_a_broken_order_takes_the_images_with_it_that_it_names(spool: Spooling) -> None:
    """Otherwise the next order with a front.png that is late is signed with this one's."""
    for name in ("front.png", "biển số.png", "another's.png"):
        spool.put(name, png())
    spool.put("order.json", order(images=["front.png", "biển số.png", "not-there.png"])[:-1])
    spool.look()
    spool.look(HALF_WRITTEN_S + 1)
    gone = ("biển số.png", "front.png", "order.json", "reason.txt")
    assert spool.files() == ["another's.png", *(f"refused/order/{one}" for one in gone)]


def test_images_that_no_order_comes_for_are_set_aside_after_a_day(spool: Spooling) -> None:
    spool.put("front.png", png(1))
    spool.look(UNCLAIMED_MS / 1000 - 3700)
    assert spool.files() == ["front.png"]
    spool.put("order.json", order()[:-1])
    spool.look(3800)
    assert "front.png" in spool.files()  # an order that is still being written may be theirs
    (spool.folder / "order.json").unlink()
    spool.look(3800)
    spool.put("front.png", png(2))
    spool.look(3800)
    assert spool.files() == sorted(["refused/without-order/front.png", "refused/without-order/reason.txt"] * 2)


@pytest.mark.parametrize("name", ["kept", "done", "refused", "other.json"])
def test_an_order_never_takes_what_is_no_image_away(spool: Spooling, name: str) -> None:
    """The signed documents that wait lie in such a folder."""
    spool.put("first.json", order())
    spool.look()
    spool.put("other.json", order()[:-1])
    spool.put("order.json", order(id="L-2", images=[name]))
    for _ in range(3):
        spool.look(ABSENT_S + 1)
    assert "/images/0" in next(spool.folder.glob("refused/order-*/reason.txt")).read_text("utf-8")
    assert json.loads(spool.store.document(spool.store.waiting(1)[0]))["id"] == "L-1"
    assert list(spool.folder.glob("refused/other-*/other.json"))
    assert list(spool.folder.glob("done/first-*/first.json"))


@pytest.mark.parametrize("stem", ["ệ" * 83, "é" * 125, "a" * 250])
def test_a_name_as_long_as_a_file_may_have_is_moved_away(spool: Spooling, stem: str) -> None:
    spool.put(f"{stem}.json", order())
    spool.put(f"{stem[1:]}.json", order(plate="x"))
    spool.look()
    assert spool.taken() == ["L-1"]
    assert [file for file in spool.folder.iterdir() if file.is_file()] == []


def test_an_order_waits_for_its_images_and_for_their_ends(spool: Spooling) -> None:
    spool.put("order.json", order(images=["front.png"]))
    spool.look()
    spool.look(ABSENT_S - 2)
    spool.put("front.png", png()[:-4])
    spool.look(HALF_WRITTEN_S - 1)
    assert spool.taken() == []
    spool.put("front.png", png())
    spool.look()
    assert spool.taken() == ["L-1"]


def test_an_image_that_never_comes_is_the_reason(spool: Spooling) -> None:
    spool.put("order.json", order(images=["front.png"]))
    spool.look()
    spool.look(ABSENT_S + 1)
    assert "/images/0: front.png does not lie beside the order" in spool.reason()


def test_without_a_trusted_clock_it_waits_where_it_is(spool: Spooling) -> None:
    spool.trusted = False
    spool.put("order.json", order())
    for _ in range(50):
        spool.look(10)
    assert spool.files() == ["order.json"]
    spool.trusted = True
    spool.put("order.json", order(issued_ms=spool.at.wall_ms))
    spool.look(10)
    assert spool.taken() == ["L-1"]


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_power_cut_while_it_is_moved_away_makes_no_second_order(spool: Spooling, moved: int) -> None:
    """The order is in the database; so many of its three files are in `done` already."""
    files = {"a.png": png(1), "b.png": png(2), "order.json": order(images=["a.png", "b.png"])}
    for name, content in files.items():
        spool.put(name, content)
    spool.look()
    (done,) = (spool.folder / "done").iterdir()
    for name in list(files)[moved:]:
        (done / name).rename(spool.folder / name)
    if moved == 0:
        done.rmdir()
    spool.look()
    assert spool.taken() == ["L-1"]
    assert spool.files() == ["done/order/a.png", "done/order/b.png", "done/order/order.json"]
    assert spool.woken == 1


def test_hidden_files_links_pipes_and_folders_are_left_as_they_are(spool: Spooling) -> None:
    spool.put(".order.json", order())
    spool.put("order.json.part", order())
    (spool.folder / "link.json").symlink_to("/etc/hostname")
    os.mkfifo(spool.folder / "pipe.json")
    (spool.folder / "folder.json").mkdir()
    spool.put("sound.json", order())
    spool.look()
    assert spool.taken() == ["L-1"]
    assert all(
        (spool.folder / name).is_symlink() or (spool.folder / name).exists() for name in ("link.json", "pipe.json")
    )


def test_an_image_that_is_a_link_is_not_followed(spool: Spooling, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    spool.put("order.json", order(images=["front.png"]))
    (spool.folder / "front.png").symlink_to(tmp_path / "secret.png")
    spool.look()
    spool.look(ABSENT_S + 1)
    assert "is a symbolic link" in spool.reason()


def test_a_hundred_at_once_are_all_taken_in_a_few_steps(spool: Spooling) -> None:
    for number in range(100):
        spool.put(f"{number}.json", order(id=f"L-{number}"))
    for _ in range(6):
        spool.look()
    assert len(spool.taken()) == 100


def test_a_spool_that_cannot_be_read_is_tried_again(spool: Spooling) -> None:
    spool.folder.write_text("a file stands there")
    spool.look()
    spool.folder.unlink()
    spool.put("order.json", order())
    spool.look(10)
    assert spool.taken() == ["L-1"]


def test_what_was_taken_long_ago_is_removed_and_what_waits_is_not(spool: Spooling) -> None:
    spool.put("order.json", order())
    spool.look()
    spool.look(61 * 86_400)
    assert list((spool.folder / "done").iterdir()) == []
    assert json.loads(spool.store.document(spool.store.waiting(1)[0]))["id"] == "L-1"


def test_how_it_stands_with_who_signs_is_written_down_and_told_anew_when_it_changes(
    spool: Spooling, tmp_path: Path
) -> None:
    def seen() -> list[tuple[str, bool, bool]]:
        with closing(open_database(tmp_path / "gateway.db", read_only=True)) as database:
            return [(one.role, one.until_ms is not None, one.trouble is not None) for one in known_signers(database)]

    spool.look()
    assert seen() == [("station", True, False)]
    (tmp_path / "station.key").write_text("no key")
    spool.look(61)
    assert seen() == [("station", True, True)]
    (tmp_path / "station.pem").unlink()
    spool.look(61)
    assert seen() == [("station", False, True)]


@pytest.mark.parametrize("name", ["order.json", os.fsdecode(b"l\xea nh.json")])
def test_what_the_gateway_may_not_read_is_refused_once_nobody_changes_it(
    spool: Spooling, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Moved in, a file keeps its owner and its mode. Its name may be bytes of any kind."""
    spool.put(name, order())

    def keep_from_us(file: Path, flags: int, mode: int = 0o600) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(file))

    monkeypatch.setattr(spool_folder, "open_plain_file", keep_from_us)
    spool.look()
    assert spool.files() == [name]
    spool.look(HALF_WRITTEN_S - 1)
    assert spool.files() == [name]
    monkeypatch.setattr(spool_folder, "make_plain_file", lambda file, mode: os.open(file, os.O_WRONLY | os.O_CREAT))
    spool.look(2)
    assert sorted(file.name for file in spool.folder.glob("refused/*/*")) == sorted([name, "reason.txt"])
    assert "its group be gateway-orders" in spool.reason()
    assert spool.taken() == []
