"""Whoever moves orders in has a group for that alone: it gives orders and reads what became of them, nothing else."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.spool_folder import OrderUnreadable, SpoolFolder
from tests.unit.web.accounts.test_folder import let_everybody_through

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="becomes somebody else, which only root can"),
]
GATEWAY, DISPATCH, ORDERS = 64_001, 64_002, 64_003
"""Two users with groups of their own, and the group `gateway-orders`."""


@contextmanager
def user(number: int, umask: int) -> Iterator[None]:
    """In that group, too; no capability."""
    groups, mask = os.getgroups(), os.umask(umask)
    os.setgroups([number, ORDERS])
    os.setegid(number)
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
        os.umask(mask)


def let_the_group_through(folder: Path) -> None:
    """As `setfacl -m g:gateway-orders:x` does; and then the mode is set, as systemd does at each start."""
    nobody = 0xFFFFFFFF
    entries = ((1, 7, nobody), (4, 5, nobody), (8, 1, ORDERS), (16, 5, nobody), (32, 0, nobody))
    content = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *one) for one in entries)
    try:
        os.setxattr(folder, "system.posix_acl_access", content)
    except OSError as error:
        pytest.skip(f"this file system has no access control lists: {error}")
    folder.chmod(0o750)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """As the guide's commands make it, with a secret beside it."""
    let_everybody_through(tmp_path)
    secrets, state = tmp_path / "secrets", tmp_path / "state"
    for folder in (secrets, state, state / "orders", state / "orders" / "refused"):
        folder.mkdir()
    (secrets / "key").write_text("secret")
    for owned, owner, group, mode in (
        (secrets, 0, GATEWAY, 0o750),
        (secrets / "key", 0, GATEWAY, 0o640),
        (state, GATEWAY, GATEWAY, 0o750),
        (state / "orders", GATEWAY, ORDERS, 0o2770),
        (state / "orders" / "refused", GATEWAY, ORDERS, 0o2770),
    ):
        os.chown(owned, owner, group)
        owned.chmod(mode)
    let_the_group_through(state)
    return state


def refused(*reads: Callable[[], object]) -> None:
    for read in reads:
        with pytest.raises(PermissionError):
            read()


def test_it_gives_orders_and_reads_what_became_of_them_and_nothing_else(state: Path) -> None:
    folder = SpoolFolder(state / "orders")
    with user(DISPATCH, 0o027):
        for name in ("good.json", "bad.json", "front.png"):
            (folder.folder / name).write_text("{}")
    with user(GATEWAY, 0o027):
        folder.make()
        good, bad = sorted(folder.orders(), key=lambda one: one.name, reverse=True)
        assert folder.submission(bad) == folder.submission(good) == b"{}"
        folder.settle(good, b"{}", ["front.png"])
        folder.refuse(bad, b"{}", (), ["no plate"])
        digest = KeptDocuments(folder.folder).keep(b"signed")
        assert KeptDocuments(folder.folder).read(digest, 6) == b"signed"
        (state / "gateway.db").write_text("readings")
    with user(DISPATCH, 0o027):
        (reason,) = folder.folder.glob("refused/*/reason.txt")
        assert reason.read_text() == "no plate\n"
        refused(
            lambda: list(state.iterdir()),
            (state / "gateway.db").read_text,
            (state.parent / "secrets" / "key").read_text,
            lambda: list((folder.folder / "kept").iterdir()),
            (folder.folder / "kept" / digest).read_bytes,
        )
        for one in reason.parent.iterdir():  # put right, it is moved in again
            one.unlink()
        reason.parent.rmdir()


def test_what_was_moved_in_and_is_kept_from_the_gateway_is_known_as_such(state: Path) -> None:
    folder = SpoolFolder(state / "orders")
    made = state.parent / "mine"
    made.write_text("{}")
    made.chmod(0o600)
    os.chown(made, DISPATCH, DISPATCH)
    made.rename(folder.folder / "order.json")
    with user(GATEWAY, 0o027):
        folder.make()
        (file,) = folder.orders()
        with pytest.raises(OrderUnreadable, match="gateway-orders"):
            folder.submission(file)
        folder.refuse_unread(file, "cannot be read")
        assert folder.orders() == []
