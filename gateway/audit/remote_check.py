"""Compares what lies at a destination with what the ledger says was delivered there.

Looks and tells; it changes nothing, neither there nor here. There, not there, and not told are three answers: what the
server does not tell is never missing. Where its answers are the proof of arrival, what is not there was taken away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.audit.ledger import LedgerEntry
from gateway.core.errors import Crowded, DeliveryDeferred, NotTold
from gateway.core.interfaces import Auditable
from gateway.core.phrase import Phrase
from gateway.core.publishing import Proof
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Route


class DifferenceKind(StrEnum):
    MISSING = "missing"
    """Delivered, and not there any more, though that it lies there is the proof."""
    DIFFERENT = "different"
    """There, and not with the bytes that were delivered."""
    CONFLICT = "conflict"
    """There with other bytes, and never delivered as far as is known here: set aside, and left as it is."""
    EXTRA = "extra"
    """There, and no file of this gateway's."""
    TAKEN_AWAY = "taken_away"
    """Delivered by the server's answer, and not there any more: by its receiver, which is its right."""
    NOT_TOLD = "not_told"
    """Delivered, and the server does not tell whether it is there, or what is in it: nothing is known."""


FAULTS = (DifferenceKind.MISSING, DifferenceKind.DIFFERENT, DifferenceKind.CONFLICT)
"""What a person has to look at."""
FEWEST_GONE = 2
"""One file that is not there is a loss; most of several is a receiver that takes files away."""


@dataclass(frozen=True, slots=True)
class RemoteDifference:
    """One file that is not as the ledger has it. Sizes in bytes; `None` where there is no such file, or it is not told.
    `reason`: why it is not told."""

    kind: DifferenceKind
    folder: str
    name: str
    size: int | None
    found_size: int | None
    delivery_id: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteCheck:
    """How many delivered files were looked for, and what was not as it should be, or not told."""

    checked: int
    differences: tuple[RemoteDifference, ...]
    proof: Proof = Proof.PRESENT

    def count(self, kind: DifferenceKind) -> int:
        return sum(one.kind is kind for one in self.differences)

    @property
    def has_faults(self) -> bool:
        """Whether a person has to look: something is wrong, or nothing is known although it should be."""
        is_untold = self.proof is Proof.PRESENT and self.count(DifferenceKind.NOT_TOLD) > 0
        return is_untold or any(one.kind in FAULTS for one in self.differences)

    @property
    def is_mostly_gone(self) -> bool:
        """Whether so much is missing that somebody takes the files away, rather than that some were lost."""
        missing = self.count(DifferenceKind.MISSING)
        return missing >= FEWEST_GONE and 2 * missing > self.checked - self.count(DifferenceKind.NOT_TOLD)


def check_remote(
    ledger: Iterable[LedgerEntry],
    route: Route,
    far: Auditable,
    own_names: Iterable[str],
    *,
    with_content: bool,
    proof: Proof = Proof.PRESENT,
) -> RemoteCheck:
    """Look for every delivered file of the ledger. What is on its way at the moment is passed over.

    `own_names` are those of all files that were ever meant for the destination: they are never extra. With
    `with_content` every file is fetched and its SHA-256 compared, by its name where its folder is not told. So is,
    always, a file whose size is not told, and what was set aside and lies there all the same: other bytes are a
    conflict.

    Raises:
        DeliveryDeferred, DestinationRejected: the destination cannot be looked into now.
    """
    by_folder: dict[str, list[LedgerEntry]] = {}
    for entry in ledger:
        by_folder.setdefault(route.path(entry.times.end_ms), []).append(entry)
    own = set(own_names)
    checked, found = 0, []
    for folder, expected in by_folder.items():
        delivered = [entry for entry in expected if entry.state is DeliveryState.DELIVERED]
        checked += len(delivered)
        try:
            sizes = {remote.name: remote.size for remote in far.listing(folder)}
        except NotTold as untold:
            read = _read if with_content else _unread
            found += [one for entry in delivered if (one := read(entry, folder, far, str(untold))) is not None]
            continue
        absent = DifferenceKind.MISSING if proof is Proof.PRESENT else DifferenceKind.TAKEN_AWAY
        found += _compared(delivered, folder, sizes, far, with_content, absent)
        found += _conflicts([entry for entry in expected if entry.state is DeliveryState.REFUSED], folder, sizes, far)
        found += [
            RemoteDifference(DifferenceKind.EXTRA, folder, name, None, size)
            for name, size in sorted(sizes.items())
            if name not in own
        ]
    return RemoteCheck(checked, tuple(found), proof)


def _compared(
    delivered: Sequence[LedgerEntry],
    folder: str,
    sizes: dict[str, int | None],
    far: Auditable,
    with_content: bool,
    absent: DifferenceKind,
) -> list[RemoteDifference]:
    found: list[RemoteDifference | None] = []
    unlisted = [entry for entry in delivered if entry.name not in sizes]
    hides = bool(unlisted) and _hides(unlisted[0], folder, far)
    for entry in delivered:
        size = sizes.get(entry.name)
        if entry.name not in sizes:
            untold = Phrase("the folder {folder} does not list what can be read in it", folder=folder)
            found.append(_read(entry, folder, far, untold) if hides else _difference(absent, entry, folder))
        elif size is not None and size != entry.size:
            found.append(_difference(DifferenceKind.DIFFERENT, entry, folder, size))
        elif size is None or with_content:
            found.append(_read(entry, folder, far))
    return [one for one in found if one is not None]


def _hides(unlisted: LedgerEntry, folder: str, far: Auditable) -> bool:
    """Whether the listing leaves out what is there all the same: some accounts see folders that look empty."""
    try:
        far.fetch(folder, unlisted.name)
    except Crowded:
        raise
    except DeliveryDeferred as error:
        if not error.by_server:
            raise
        return False
    return True


def _read(entry: LedgerEntry, folder: str, far: Auditable, untold: str | None = None) -> RemoteDifference | None:
    """By what is in it; `None`: the bytes of the ledger. `untold`: why its folder is not told; that it cannot be read
    there says nothing then."""
    try:
        content = far.fetch(folder, entry.name)
    except Crowded:
        raise
    except DeliveryDeferred as error:
        if not error.by_server:
            raise
        return _difference(DifferenceKind.NOT_TOLD, entry, folder, reason=untold or str(error))
    if hashlib.sha256(content).digest() == entry.sha256:
        return None
    return _difference(DifferenceKind.DIFFERENT, entry, folder, len(content))


def _unread(entry: LedgerEntry, folder: str, _far: Auditable, untold: str) -> RemoteDifference:
    return _difference(DifferenceKind.NOT_TOLD, entry, folder, reason=untold)


def _difference(
    kind: DifferenceKind, entry: LedgerEntry, folder: str, found_size: int | None = None, reason: str | None = None
) -> RemoteDifference:
    return RemoteDifference(kind, folder, entry.name, entry.size, found_size, entry.id, reason)


def _conflicts(
    refused: Sequence[LedgerEntry], folder: str, sizes: dict[str, int | None], far: Auditable
) -> list[RemoteDifference]:
    found = []
    for entry in refused:
        size = sizes.get(entry.name)
        if entry.name in sizes and (size not in (None, entry.size) or not _is_ours(entry, folder, far)):
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
