"""A proof that files were made before a digest was signed, as a third party gets it: pure.

One line of JSON, see docs/verify-a-journal.md:

    {"proof": "station-gateway-proof-1", "station": "NUO001", "slot": "2026-01-05T10:05:00+07:00",
     "files": [{"name": "…", "sha256": "…", "size": 312, "path": [{"side": "left", "hash": "…"}, …], "digest": {…}}]}

`digest` is the journal's entry, as it stands in an export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gateway.core.digest import file_leaf, signed_text
from gateway.core.journal_entry import Entry, EntryKind, entry_hash
from gateway.core.merkle import HASH_BYTES, PathStep, Side, root_along
from gateway.core.phrase import Phrase

IsSigned = Callable[[str, bytes, str], bool]
"""Whether the key of these hexadecimal digits has signed the bytes, with a signature in hexadecimal digits."""

FORMAT = "station-gateway-proof-1"
MOST_FILES = 1000
"""Of one slot; there are as many as renderings."""


@dataclass(frozen=True, slots=True)
class ProvenFile:
    """A file, the digest that holds it, and the way from the one to the other."""

    name: str
    sha256: bytes
    size: int
    path: tuple[PathStep, ...]
    digest: Entry

    def fault(self, is_signed: IsSigned) -> str | None:
        """Why it proves nothing; `None`: it holds."""
        entry, what = self.digest, self.digest.what
        if entry.kind != EntryKind.DIGEST.value:
            return Phrase("entry {seq} is no digest", seq=entry.seq)
        if what.get("head") != {"seq": entry.seq - 1, "hash": entry.prev}:
            return Phrase("entry {seq} was signed behind another entry than the one before it", seq=entry.seq)
        if entry.hash != entry_hash(entry.seq, entry.time_ms, entry.kind, entry.who, what, entry.prev):
            return Phrase("entry {seq} is not as it was written: its hash is not that of what it says", seq=entry.seq)
        if root_along(file_leaf(self.name, self.sha256), self.path).hex() != what.get("root"):
            return Phrase("{name} with this SHA-256 is not in the digest of entry {seq}", name=self.name, seq=entry.seq)
        if not is_signed(str(what.get("key")), signed_text(what), str(what.get("signature"))):
            return Phrase("the signature of entry {seq} does not hold", seq=entry.seq)
        return None


def to_content(station: str, slot: str, files: Sequence[ProvenFile]) -> dict[str, Any]:
    """What stands in the file."""
    return {
        "proof": FORMAT,
        "station": station,
        "slot": slot,
        "files": [
            {
                "name": one.name,
                "sha256": one.sha256.hex(),
                "size": one.size,
                "path": [{"side": step.side.value, "hash": step.hash.hex()} for step in one.path],
                "digest": asdict(one.digest),
            }
            for one in files
        ],
    }


def from_content(content: Mapping[str, Any]) -> tuple[ProvenFile, ...]:
    """What stands in it; nothing of it is relied on yet.

    Raises:
        ValueError: it is no such file.
    """
    if content.get("proof") != FORMAT:
        raise ValueError(Phrase("it does not say {format!r}", format=FORMAT))
    try:
        files = content["files"]
        if not 0 < len(files) <= MOST_FILES:
            raise ValueError(Phrase("{count} files", count=len(files)))
        return tuple(
            ProvenFile(
                str(one["name"]),
                _sha256(one["sha256"]),
                int(one["size"]),
                tuple(PathStep(Side(step["side"]), bytes.fromhex(step["hash"])) for step in one["path"]),
                _entry(one["digest"]),
            )
            for one in files
        )
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as fault:
        raise ValueError(Phrase("a part of it is not what it should be: {fault}", fault=fault)) from None


def _sha256(text: str) -> bytes:
    found = bytes.fromhex(text)
    if len(found) != HASH_BYTES or found.hex() != text:
        raise ValueError(Phrase("{text} is no SHA-256", text=text))
    return found


def _entry(content: Mapping[str, Any]) -> Entry:
    entry = Entry(**content)
    if not isinstance(entry.seq, int) or not isinstance(entry.what, dict):
        raise ValueError(Phrase("its digest is no entry"))
    return entry
