"""Reads the pages of a database file by themselves, without its schema and its trees: the rows that they hold.

For a file that SQLite refuses because its first page, its schema or a tree's upper page is broken. The committed frames
of the log beside it lie over its pages, as for SQLite. Nothing is written, and no row is made up: what is not all
there is left out.

Format: https://sqlite.org/fileformat2.html#b_tree_pages and #record_format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from gateway.core.checksum import Value
from gateway.db.write_ahead_log import committed_pages

TABLE_LEAF, INDEX_LEAF, INDEX_BRANCH = 0x0D, 0x0A, 0x02
"""Kinds of pages that hold rows. An index keeps some of its own on its upper pages only."""
_SIZES = (4096, 1024, 2048, 8192, 16_384, 32_768, 65_536, 512)
"""Of pages; SQLite's own choice first."""
_MOST_BYTES = 1 << 24
"""Of one row: no row of ours comes near it."""
_INTEGER_WIDTHS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


@dataclass(frozen=True, slots=True)
class Cell:
    """A row as it stands on a page. `kinds`: of each column one of n(othing), i(nteger), r(eal), b(ytes), t(ext);
    text is given as bytes. `is_hollow`: some page of what did not fit on its own is all zeros. `id` is 0 in an
    index."""

    id: int
    kinds: str
    values: tuple[Value, ...]
    is_hollow: bool = False


class Pages:
    """The pages of one file, open for reading."""

    def __init__(self, file: Path) -> None:
        """Raises OSError: it cannot be read."""
        self._log_file: BinaryIO | None = None
        self._file = file.open("rb")
        try:
            self._bytes = self._file.seek(0, 2)
            self._log: dict[int, int] = {}
            log = file.with_name(f"{file.name}-wal")
            in_log, self._log = committed_pages(log)
            if self._log:
                self._log_file = log.open("rb")
            self.size, reserved = self._measured(in_log)
        except BaseException:
            self.close()
            raise
        self._usable = self.size - reserved

    def close(self) -> None:
        self._file.close()
        if self._log_file is not None:
            self._log_file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _measured(self, in_log: int) -> tuple[int, int]:
        """Size of a page, and how many bytes at its end are reserved: by the log, by the header, by what fits best."""
        if self._log:
            return in_log, 0
        self._file.seek(0)
        head = self._file.read(100)
        if head.startswith(b"SQLite format 3\0") and head[21:24] == b"\x40\x20\x20":
            (size,) = struct.unpack(">H", head[16:18])
            size = 65_536 if size == 1 else size
            if size in _SIZES and head[20] <= size - 480:
                return size, head[20]
        return max(_SIZES, key=self._fitting), 0

    def _fitting(self, size: int) -> int:
        """How many pages with rows there are if pages are of that size."""
        found = 0
        for offset in range(0, self._bytes - size + 1, size):
            self._file.seek(offset)
            found += _places(self._file.read(size), size) is not None
        return found

    @property
    def count(self) -> int:
        """Of pages; one that is cut off counts for nothing."""
        return max(self._bytes // self.size, max(self._log, default=0))

    def page(self, number: int) -> bytes | None:
        """`None`: the file ends before it."""
        if number in self._log and self._log_file is not None:
            self._log_file.seek(self._log[number])
            content = self._log_file.read(self.size)
        elif number < 1:
            return None
        else:
            self._file.seek((number - 1) * self.size)
            content = self._file.read(self.size)
        return content if len(content) == self.size else None

    def with_rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """What each page with rows of a table or an index holds, and of which kind it is. The first is none of ours."""
        for number in range(2, self.count + 1):
            content = self.page(number)
            places = None if content is None else _places(content, self._usable)
            if content is None or places is None:
                continue
            cells = (self._cell(content, place) for place in places)
            yield content[0], [cell for cell in cells if cell is not None]

    def _cell(self, page: bytes, place: int) -> Cell | None:
        """`None`: there is none, or not all of it is left."""
        is_table = page[0] == TABLE_LEAF
        place += 4 if page[0] == INDEX_BRANCH else 0  # the page below it
        try:
            length, place = _varint(page, place)
            number, place = _varint(page, place) if is_table else (0, place)
        except IndexError:
            return None
        if not 0 < length <= _MOST_BYTES:
            return None
        here = self._length_here(length, is_table)
        if place + here > self._usable:
            return None
        payload, is_hollow = page[place : place + here], False
        if here < length:
            (next_page,) = struct.unpack_from(">I", page, place + here) if place + here + 4 <= len(page) else (0,)
            rest = self._chained(next_page, length - here)
            if rest is None:
                return None
            payload, is_hollow = payload + rest[0], rest[1]
        return _decoded(number, payload, is_hollow)

    def _length_here(self, length: int, is_table: bool) -> int:
        """How much of a row stands on its leaf; the rest is chained to it."""
        usable = self._usable
        most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return length
        least = (usable - 12) * 32 // 255 - 23
        kept = least + (length - least) % (usable - 4)
        return kept if kept <= most else least

    def _chained(self, number: int, length: int) -> tuple[bytes, bool] | None:
        """The rest of a row, and whether a page of it is all zeros. A chain that leads astray ends by its length."""
        parts, is_hollow = [], False
        while length > 0:
            content = self.page(number)
            if content is None or number < 2:
                return None
            (number,) = struct.unpack_from(">I", content)
            part = content[4 : 4 + min(length, self._usable - 4)]
            is_hollow = is_hollow or not any(content)
            parts.append(part)
            length -= len(part)
        return b"".join(parts), is_hollow


def _places(page: bytes, usable: int) -> list[int] | None:
    """Where a page's cells begin; `None`: it holds no rows."""
    if page[0] not in (TABLE_LEAF, INDEX_LEAF, INDEX_BRANCH):
        return None
    (count,) = struct.unpack_from(">H", page, 3)
    begin = 12 if page[0] == INDEX_BRANCH else 8
    end = begin + 2 * count
    if not count or end > usable:
        return None
    places = struct.unpack_from(f">{count}H", page, begin)
    return list(places) if all(end <= place < usable for place in places) else None


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """A number of up to 64 bits, and where the next thing begins. Raises IndexError: it is cut off."""
    value = 0
    for _ in range(8):
        byte = content[place]
        place += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place
    value = value << 8 | content[place]
    return (value - (1 << 64) if value >> 63 else value), place + 1


def _decoded(number: int, payload: bytes, is_hollow: bool) -> Cell | None:
    """`None`: it is no row."""
    try:
        end, place = _varint(payload, 0)
        if not place <= end <= len(payload):
            return None
        body, kinds, values = end, "", []
        while place < end:
            serial, place = _varint(payload, place)
            kind, value, body = _value(serial, payload, body)
            kinds += kind
            values.append(value)
    except (IndexError, ValueError):
        return None
    if place != end or body != len(payload):
        return None
    return Cell(number, kinds, tuple(values), is_hollow)


def _value(serial: int, payload: bytes, at: int) -> tuple[str, Value, int]:
    """Kind, value, and where the next one begins. Raises ValueError: there is none of that kind."""
    if serial == 0:
        return "n", None, at
    if serial in (8, 9):
        return "i", serial - 8, at
    if serial in _INTEGER_WIDTHS:
        after = at + _INTEGER_WIDTHS[serial]
        return "i", int.from_bytes(_part(payload, at, after), "big", signed=True), after
    if serial == 7:
        return "r", struct.unpack(">d", _part(payload, at, at + 8))[0], at + 8
    if serial < 12:
        raise ValueError(serial)
    after = at + (serial - 12) // 2
    return ("t" if serial % 2 else "b"), _part(payload, at, after), after


def _part(payload: bytes, first: int, after: int) -> bytes:
    if after > len(payload):
        raise IndexError(after)
    return payload[first:after]
