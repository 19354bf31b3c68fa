"""Who can log in to the box, as the system's own lists have it: no account that nobody hands over is missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.core.printable import printable

_LARGEST = 1_000_000
_MAY_DO_ALL = ("root", "sudo", "wheel", "admin")
_NO_SHELLS = ("nologin", "false", "sync", "halt", "shutdown", "git-shell")
_OF_THE_BOX = "box"


@dataclass(frozen=True, slots=True)
class BoxAccount:
    """`level`: root, sudo (may become root) or login. `is_handed_over`: the section `handover` has it."""

    user: str
    level: str
    is_handed_over: bool


def box_accounts(root: Path, handed_over: Iterable[tuple[str, str]]) -> tuple[BoxAccount, ...] | None:
    """Those with a shell, by the system's order. `handed_over`: devices and users. `None`: the lists cannot be read."""
    known = {user for of, user in handed_over if of == _OF_THE_BOX}
    try:
        mighty = _members(_lines(root / "etc/group"))
        return tuple(_accounts(_lines(root / "etc/passwd"), mighty, known))
    except OSError:
        return None


def _accounts(lines: list[list[str]], mighty: set[str], known: set[str]) -> Iterator[BoxAccount]:
    for line in lines:
        if len(line) != 7 or line[6].rpartition("/")[2] in _NO_SHELLS:
            continue
        user, number, group = line[0], line[2], line[3]
        is_mighty = user in mighty or f"group {group}" in mighty
        yield BoxAccount(printable(user), "root" if number == "0" else "sudo" if is_mighty else "login", user in known)


def _members(lines: list[list[str]]) -> set[str]:
    """Users of the groups that may do everything, and those groups' numbers for whom one of them is the first."""
    found: set[str] = set()
    for line in lines:
        if len(line) == 4 and line[0] in _MAY_DO_ALL:
            found |= {f"group {line[2]}", *line[3].split(",")}
    return found


def _lines(file: Path) -> list[list[str]]:
    with file.open("rb") as opened:
        text = opened.read(_LARGEST).decode("utf-8", "replace")
    return [line.split(":") for line in text.splitlines()]
