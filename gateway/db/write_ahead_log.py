"""Reads SQLite's write-ahead log before SQLite does: what it would silently leave out.

SQLite takes the frames of the log up to the first that is not right, and drops all that follows without a word: one
flipped bit costs up to an hour of records. Each frame carries the log's salts and a checksum over all before it, so it
can be told what was lost, and three of four single bits can be put right: the sums of the others are not theirs alone.

Format: https://sqlite.org/fileformat2.html#walformat. Nothing here is ever done to a log that somebody has open.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

_HEADER = struct.Struct(">8I")
"""Magic, version, page size, number of the checkpoint, two salts, checksum in two halves."""
_FRAME = struct.Struct(">6I")
"""Page, pages of the database after this commit (0: none), two salts, checksum in two halves."""
_MAGIC: Final = (0x377F0682, 0x377F0683)
"""The lowest bit: the words that are summed up are big-endian."""
_MASK: Final = 0xFFFFFFFF
_LOCK_BYTE: Final = 1 << 30
"""The page in which it lies is never used."""
MOST_FRAMES: Final = 1_000_000

Sum = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FlippedBit:
    """A bit of the log that is not as it was written: `offset` in bytes, `mask` of one bit."""

    offset: int
    mask: int


@dataclass(frozen=True, slots=True)
class LogFound:
    """What a log holds. `commits`: whole transactions that SQLite will take. `lost_commits`: those behind the place
    where it stops; the one that was being written when the power went counts as one, too. `flipped`: the bit
    that made it stop, where that is certain. `pages`: of the database after the last commit that is taken, 0 if none
    is. `holes`: pages of it that are neither in the log nor in a database of `database_pages`."""

    commits: int = 0
    lost_commits: int = 0
    is_flipped: bool = False
    flipped: FlippedBit | None = None
    pages: int = 0
    holes: int = 0

    @property
    def has_lost_its_end(self) -> bool:
        """Two commits are certain: the first was synced before the second was written."""
        return self.lost_commits > 1 or (self.lost_commits > 0 and self.is_flipped)


def look_into(log: Path, database_pages: int = 0) -> LogFound:
    """What SQLite will make of the log. A file that is none, or not there, holds nothing."""
    try:
        with log.open("rb") as file:
            return _looked(file, database_pages)
    except FileNotFoundError:
        return LogFound()


def committed_pages(log: Path) -> tuple[int, dict[int, int]]:
    """Size of a page, and where in the log the newest committed content of each page begins: what SQLite would take."""
    try:
        with log.open("rb") as file:
            return _committed(file)
    except FileNotFoundError:
        return 0, {}


def put_right(log: Path, bit: FlippedBit) -> None:
    """Turn one bit, on the card when this returns."""
    with log.open("r+b") as file:
        file.seek(bit.offset)
        (byte,) = file.read(1)
        file.seek(bit.offset)
        file.write(bytes([byte ^ bit.mask]))
        file.flush()
        os.fdatasync(file.fileno())


def pages_of(database: Path) -> int:
    """How many pages the database file has without its log; 0: none, or it is no database."""
    try:
        with database.open("rb") as file:
            head = file.read(100)
            size = file.seek(0, os.SEEK_END)
    except FileNotFoundError:
        return 0
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        return 0
    page_size = struct.unpack(">H", head[16:18])[0]
    return int(size // (65_536 if page_size == 1 else max(512, page_size)))


@dataclass(frozen=True, slots=True)
class _Frame:
    offset: int
    page: int
    commits_pages: int
    salts: Sum
    stored: Sum
    content: bytes


def _looked(file: BinaryIO, database_pages: int) -> LogFound:
    raw = file.read(_HEADER.size)
    if len(raw) < _HEADER.size:
        return LogFound()
    magic, _, page_size, _, *rest = _HEADER.unpack(raw)
    salts, stored = (rest[0], rest[1]), (rest[2], rest[3])
    order = ">" if magic & 1 else "<"
    computed = _summed((0, 0), raw[:24], order)
    if magic not in _MAGIC or computed != stored or not 512 <= page_size <= 65_536:
        return _behind_a_bad_header(file, raw)
    commits, pages, lost = 0, 0, 0
    suspects: list[FlippedBit] = []
    taken: set[int] = set()
    pending: set[int] = set()
    before, broken = stored, False
    for frame in _frames(file, page_size):
        if not broken:
            computed = _summed(before, frame.content, order)
            if frame.salts == salts and computed == frame.stored:
                before = computed
                pending.add(frame.page)
                if frame.commits_pages:
                    commits, pages = commits + 1, frame.commits_pages
                    taken |= pending
                    pending.clear()
                continue
            broken = True
            suspects = _suspects(frame, salts, computed, order)
            hit = any(4 <= bit.offset - frame.offset < 8 for bit in suspects)  # it may have been a commit before
            lost += (bool(frame.commits_pages) or hit) and (frame.salts == salts or bool(suspects))
            continue
        lost += bool(frame.commits_pages) and frame.salts == salts
    beyond = range(database_pages + 1, min(pages, MOST_FRAMES) + 1)
    holes = sum(1 for page in beyond if page not in taken and page != _LOCK_BYTE // page_size + 1)
    return LogFound(commits, lost, bool(lost and suspects), _only(suspects) if lost else None, pages, holes)


def _committed(file: BinaryIO) -> tuple[int, dict[int, int]]:
    raw = file.read(_HEADER.size)
    if len(raw) < _HEADER.size:
        return 0, {}
    magic, _, page_size, _, *rest = _HEADER.unpack(raw)
    salts, before = (rest[0], rest[1]), (rest[2], rest[3])
    order = ">" if magic & 1 else "<"
    if magic not in _MAGIC or _summed((0, 0), raw[:24], order) != before or not 512 <= page_size <= 65_536:
        return 0, {}
    taken: dict[int, int] = {}
    pending: dict[int, int] = {}
    for frame in _frames(file, page_size):
        before = _summed(before, frame.content, order)
        if frame.salts != salts or before != frame.stored:
            break
        pending[frame.page] = frame.offset + _FRAME.size
        if frame.commits_pages:
            taken |= pending
            pending.clear()
    return page_size, taken


def _behind_a_bad_header(file: BinaryIO, raw: bytes) -> LogFound:
    """SQLite takes nothing of such a log. What it holds is known by its frames, if one bit of the header is wrong."""
    suspects: list[FlippedBit] = []
    most = 0
    for position in range(_HEADER.size * 8):
        bit = FlippedBit(position // 8, 1 << position % 8)
        mended = bytearray(raw)
        mended[bit.offset] ^= bit.mask
        magic, _, page_size, _, *rest = _HEADER.unpack(mended)
        if magic not in _MAGIC or not 512 <= page_size <= 65_536:
            continue
        order = ">" if magic & 1 else "<"
        if _summed((0, 0), bytes(mended[:24]), order) != (rest[2], rest[3]):
            continue
        frames = list(islice(_frames(file, page_size), 1))
        if not frames or frames[0].salts != (rest[0], rest[1]):
            continue
        if _summed((rest[2], rest[3]), frames[0].content, order) == frames[0].stored:
            suspects.append(bit)
            most = max(
                most, sum(1 for one in _frames(file, page_size) if one.salts == frames[0].salts and one.commits_pages)
            )
    return LogFound(0, most, bool(most and suspects), _only(suspects) if most else None)


def _only(suspects: list[FlippedBit]) -> FlippedBit | None:
    return suspects[0] if len(suspects) == 1 else None


def _frames(file: BinaryIO, page_size: int) -> Iterator[_Frame]:
    file.seek(_HEADER.size)
    for number in range(MOST_FRAMES):
        raw = file.read(_FRAME.size + page_size)
        if len(raw) < _FRAME.size + page_size:
            return
        page, commits_pages, *rest = _FRAME.unpack_from(raw)
        offset = _HEADER.size + number * (_FRAME.size + page_size)
        content = raw[:8] + raw[_FRAME.size :]
        yield _Frame(offset, page, commits_pages, (rest[0], rest[1]), (rest[2], rest[3]), content)


def _summed(before: Sum, content: bytes, order: str) -> Sum:
    first, second = before
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & _MASK
        second = (second + other + first) & _MASK
    return first, second


def _suspects(frame: _Frame, salts: Sum, computed: Sum, order: str) -> list[FlippedBit]:
    """The bits of the frame of which one alone may make it wrong; none: more of it is. `computed`: the sum that its
    content gives behind the frames before it."""
    wrong = [
        (place, is_stored ^ should)
        for place, is_stored, should in zip(
            (8, 12, 16, 20), (*frame.salts, *frame.stored), (*salts, *computed), strict=True
        )
        if is_stored != should
    ]
    if len(wrong) == 1 and wrong[0][1].bit_count() == 1:  # of its salts or its checksum
        place, bit = wrong[0]
        index = 32 - bit.bit_length()
        return [FlippedBit(frame.offset + place + index // 8, 0x80 >> index % 8)]
    if frame.salts != salts:
        return []
    missing = ((frame.stored[0] - computed[0]) & _MASK, (frame.stored[1] - computed[1]) & _MASK)
    words = struct.unpack(f"{order}{len(frame.content) // 4}I", frame.content)
    found = []
    even, odd = (1, 1), (0, 1)
    for step in range(len(words) // 2 - 1, -1, -1):
        for index, weight in ((2 * step, even), (2 * step + 1, odd)):
            for bit in range(32):
                change = -(1 << bit) if words[index] >> bit & 1 else 1 << bit
                if (change * weight[0] & _MASK, change * weight[1] & _MASK) == missing:
                    byte = index * 4 + (3 - bit // 8 if order == ">" else bit // 8)
                    place = byte if byte < 8 else byte - 8 + _FRAME.size
                    found.append(FlippedBit(frame.offset + place, 1 << bit % 8))
        even, odd = _earlier(even), _earlier(odd)
    return found


def _earlier(weight: Sum) -> Sum:
    """What a change weighs in the end that one more step follows."""
    first = (weight[0] + weight[1]) & _MASK
    return first, (weight[1] + first) & _MASK
