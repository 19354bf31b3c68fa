"""Compares what lies at a destination with what the ledger says was delivered there.

Looks and tells; it changes nothing, neither there nor here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.audit.ledger import LedgerEntry
from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Auditable
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Route


class DifferenceKind(StrEnum):
    MISSING = "missing"
    """Delivered, and not there any more."""
    DIFFERENT = "different"
    """There, and not with the bytes that were delivered."""
    CONFLICT = "conflict"
    """There with other bytes, and never delivered as far as is known here: set aside, and left as it is."""
    EXTRA = "extra"
    """There, and no file of this gateway's."""


@dataclass(frozen=True, slots=True)
class RemoteDifference:
    """One file that is not as the ledger has it. Sizes in bytes; `None` where there is no such file."""

    kind: DifferenceKind
    folder: str
    name: str
    size: int | None
    found_size: int | None
    delivery_id: int | None = None


@dataclass(frozen=True, slots=True)
class RemoteCheck:
    """How many delivered files were looked for, and what was not as it should be."""

    checked: int
    differences: tuple[RemoteDifference, ...]


def check_remote(
    ledger: Iterable[LedgerEntry], route: Route, far: Auditable, own_names: Iterable[str], *, with_content: bool
) -> RemoteCheck:
    """Look for every delivered file of the ledger. What is on its way at the moment is passed over.

    `own_names` are those of all files that were ever meant for the destination: they are never extra. With
    `with_content` every file is fetched and its SHA-256 compared. What was set aside and lies there all the same is
    always fetched: other bytes are a conflict.

    Raises:
        DeliveryDeferred, DestinationRejected: the destination cannot be looked into now.
    """
    by_folder: dict[str, list[LedgerEntry]] = {}
    for entry in ledger:
        by_folder.setdefault(route.path(entry.times.end_ms), []).append(entry)
    own = set(own_names)
    checked, found = 0, []
    for folder, expected in by_folder.items():
        sizes = {remote.name: remote.size for remote in far.listing(folder)}
        delivered = [entry for entry in expected if entry.state is DeliveryState.DELIVERED]
        checked += len(delivered)
        found += _compared(delivered, folder, sizes, far, with_content)
        found += _conflicts([entry for entry in expected if entry.state is DeliveryState.REFUSED], folder, sizes, far)
        found += [
            RemoteDifference(DifferenceKind.EXTRA, folder, name, None, size)
            for name, size in sorted(sizes.items())
            if name not in own
        ]
    return RemoteCheck(checked, tuple(found))


def _compared(
    delivered: Sequence[LedgerEntry], folder: str, sizes: dict[str, int | None], far: Auditable, with_content: bool
) -> list[RemoteDifference]:
    found = []
    for entry in delivered:
        size = sizes.get(entry.name)
        if entry.name not in sizes:
            found.append(RemoteDifference(DifferenceKind.MISSING, folder, entry.name, entry.size, None, entry.id))
        elif size != entry.size or (
            with_content and hashlib.sha256(far.fetch(folder, entry.name)).digest() != entry.sha256
        ):
            found.append(RemoteDifference(DifferenceKind.DIFFERENT, folder, entry.name, entry.size, size, entry.id))
    return found


def _conflicts(
    refused: Sequence[LedgerEntry], folder: str, sizes: dict[str, int | None], far: Auditable
) -> list[RemoteDifference]:
    found = []
    for entry in refused:
        size = sizes.get(entry.name)
        if size is not None and (size != entry.size or not _is_ours(entry, folder, far)):
            found.append(RemoteDifference(DifferenceKind.CONFLICT, folder, entry.name, entry.size, size, entry.id))
    return found


def _is_ours(entry: LedgerEntry, folder: str, far: Auditable) -> bool:
    """Whether what lies there has the bytes of the ledger; what may not be read has not, as far as anybody knows."""
    try:
        return hashlib.sha256(far.fetch(folder, entry.name)).digest() == entry.sha256
    except DeliveryDeferred as error:
        if not error.by_server:
            raise
        return False
