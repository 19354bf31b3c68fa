"""Lines in which FTP servers list what lies in a folder: facts (`MLSD`, `MLST`), and `LIST` as Unix and DOS write it.

Pure. What cannot be read is `None`, never a guess: who looks for an absence has then not seen the whole folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.uplinks.ftp.replies import size_of

_UNIX = re.compile(
    r"(?P<kind>[-dlbcps])[-rwxsStTlL]{9}[.+@]?\s.*?(?:\s(?P<size>\d+))?"
    r"\s+(?:[^\W\d]\S{0,9}\s+\d{1,2}|\d{1,2}\.?\s+[^\W\d]\S{0,9}|\d{4}-\d\d-\d\d)"
    r"\s+(?:\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?|\d{4})\s(?P<name>.+)",
    re.ASCII,
)
_DOS = re.compile(
    r"\d{1,4}[-/.]\d\d[-/.]\d{2,4}\s+\d{1,2}:\d\d(?::\d\d)?\s*(?:[AaPp][Mm])?\s+(?P<size><\w+>|\d+)\s+(?P<name>.+)",
    re.ASCII,
)
_TOTAL = re.compile(r"(total|[Tt]otal|tổng( cộng)?):? \d+.*")
_PARENT = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing in a folder. `size` is `None` where it is not told."""

    name: str
    is_file: bool
    size: int | None


def last_part(path: str) -> str:
    """A name without the folders before it."""
    return _PARENT.split(path.rstrip("/\\"))[-1]


def by_facts(line: str) -> Listed | None:
    """A line of `MLSD` or `MLST`: `type=file;size=325;modify=…; name` (RFC 3659, 7)."""
    facts, space, name = line.strip("\r\n").removeprefix(" ").partition(" ")
    if not space or not name or "=" not in facts:
        return None
    known = dict(fact.lower().split("=", 1) for fact in facts.split(";") if "=" in fact)
    is_file = known.get("type", "file") == "file"
    return Listed(last_part(name), is_file, size_of(known.get("size", "")) if is_file else None)


def by_columns(line: str) -> Listed | None:
    """A line of `LIST`."""
    if match := _UNIX.fullmatch(line):
        name, kind = match["name"], match["kind"]
        if kind == "l":
            name = name.partition(" -> ")[0]
        return Listed(last_part(name), kind == "-", size_of(match["size"] or "") if kind == "-" else None)
    if match := _DOS.fullmatch(line):
        size = size_of(match["size"])
        return Listed(last_part(match["name"]), size is not None, size)
    return None


def columns(lines: list[str]) -> list[Listed] | None:
    """What a whole answer to `LIST` says; `None`: a line of it cannot be read."""
    read = [by_columns(line) for line in lines if line.strip() and not _TOTAL.fullmatch(line.strip())]
    known = [one for one in read if one is not None]
    return [one for one in known if one.name not in (".", "..")] if len(known) == len(read) else None


def names_in(lines: list[str]) -> list[str]:
    """What a whole answer to `NLST` names; some servers give the same answer as to `LIST`."""
    seen = columns(lines)
    return [last_part(line) for line in lines if line.strip()] if seen is None else [one.name for one in seen]
