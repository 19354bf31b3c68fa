"""What a station's file must be, to the byte: Circular 10/2021/TT-BTNMT, and whatever the receiver would lose. Pure.

Every fault is told; a file without any is one that no receiver can misread.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from stationsim.authority.receiver import Received, read

_TIME = re.compile(r"\d{14}")
_VALUE = re.compile(r"-?\d+(\.\d+)?")
_MISSING = ("NULL", "-")
_STATUSES = ("00", "01", "02")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What this authority was told to expect. `layout`: strftime below the station's code; `units`: by symbol."""

    province: str
    facility: str
    code: str
    zone: ZoneInfo
    layout: str
    interval_ms: int
    lines: int
    units: Mapping[str, str]

    def label(self, end_ms: int) -> str:
        """The slot's end in local time, as it stands in names and lines."""
        return self._local(end_ms).strftime("%Y%m%d%H%M%S")

    def path(self, end_ms: int) -> PurePosixPath:
        """Where the file of the slot belongs, below the authority's root."""
        name = f"{self.province}_{self.facility}_{self.code}_{self.label(end_ms)}.txt"
        return PurePosixPath(self.code, self._local(end_ms).strftime(self.layout).strip("/"), name)

    def end_ms(self, label: str) -> int | None:
        """The slot's end that a label means; None when it is no time."""
        if _TIME.fullmatch(label) is None:
            return None
        try:
            local = datetime.strptime(label, "%Y%m%d%H%M%S").replace(tzinfo=self.zone)
        except ValueError:
            return None
        return round(local.timestamp() * 1000)

    def _local(self, end_ms: int) -> datetime:
        return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=end_ms)).astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`end_ms`: the slot that the name means, None when it means none of this station. `faults`: empty when perfect."""

    end_ms: int | None
    faults: tuple[str, ...]


def judge(path: PurePosixPath, content: bytes, expectation: Expectation) -> Judgement:
    """`path` is relative to the authority's root."""
    end_ms, faults = _name(path, expectation)
    label = path.stem.rpartition("_")[2]
    return Judgement(end_ms, (*faults, *_bytes(content), *_lines(content, label), *_content(content, expectation)))


def _name(path: PurePosixPath, expectation: Expectation) -> tuple[int | None, list[str]]:
    pieces = path.stem.split("_")
    if len(pieces) != 4:
        return None, [f"the name has {len(pieces)} parts instead of province_facility_station_time"]
    wanted = (expectation.province, expectation.facility, expectation.code)
    if tuple(pieces[:3]) != wanted:
        return None, [f"the name begins with {'_'.join(pieces[:3])} instead of {'_'.join(wanted)}"]
    end_ms = expectation.end_ms(pieces[3])
    if end_ms is None:
        return None, [f"the name's time {pieces[3]!r} is not yyyyMMddHHmmss"]
    if end_ms % expectation.interval_ms:
        return None, [f"the name's time {pieces[3]} is no end of a slot of {expectation.interval_ms // 1000} s"]
    place = expectation.path(end_ms)
    return end_ms, [] if path == place else [f"lies in {path.parent} instead of {place.parent}"]


def _bytes(content: bytes) -> Iterator[str]:
    if not content:
        yield "is empty"
        return
    if content.startswith(b"\xef\xbb\xbf"):
        yield "begins with a BOM"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as broken:
        yield f"is not UTF-8 at byte {broken.start}"
    if not content.endswith(b"\r\n"):
        yield "does not end with CRLF"
    if content.count(b"\n") != content.count(b"\r\n") or content.count(b"\r") != content.count(b"\r\n"):
        yield "has line ends other than CRLF"


def _lines(content: bytes, label: str) -> Iterator[str]:
    """Each line as it stands, before the receiver's leniency."""
    text = content.decode("utf-8", errors="replace")
    for number, line in enumerate(text.removesuffix("\r\n").split("\r\n"), 1):
        pieces = line.split("\t")
        if len(pieces) != 5:
            yield f"line {number} has {len(pieces)} pieces instead of 5"
            continue
        symbol, value, _, time, status = pieces
        if any(piece != piece.strip() or not piece for piece in pieces):
            yield f"line {number} has an empty or padded piece"
        if _VALUE.fullmatch(value) is None and value not in _MISSING:
            yield f"{symbol}: value {value!r} is neither a number with a point nor NULL or -"
        if time != label:
            yield f"{symbol}: time {time!r} is not that of the name"
        if status not in _STATUSES:
            yield f"{symbol}: status {status!r} is none of 00, 01, 02"
        elif status == "00" and value in _MISSING:
            yield f"{symbol}: status 00 without a value"


def _content(content: bytes, expectation: Expectation) -> Iterator[str]:
    """What the receiver makes of it, against what it was told of the station."""
    received = read(content)
    if len(received) != expectation.lines:
        yield f"the receiver reads {len(received)} lines instead of {expectation.lines}"
    yield from (f"{symbol} stands {count} times" for symbol, count in _counts(received).items() if count > 1)
    for line in received:
        unit = expectation.units.get(line.symbol)
        if unit is None:
            yield f"{line.symbol!r} is not a symbol declared for this station"
        elif line.unit != unit:
            yield f"{line.symbol}: unit {line.unit!r} instead of {unit!r}"


def _counts(received: tuple[Received, ...]) -> Counter[str]:
    return Counter(line.symbol for line in received)
