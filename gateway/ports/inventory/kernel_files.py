"""The small files in which the kernel tells what there is. One that cannot be read tells nothing: a device may be
pulled out between two looks, and some answer an error while they are off."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from gateway.core.printable import printable

USB_PLACE = re.compile(r"[0-9]+-[0-9]+(\.[0-9]+)*", re.ASCII)
"""The kernel's name of what is plugged into a USB socket, and of the socket."""
_MOST_BYTES = 4096
"""A page: what an attribute of sysfs can hold."""
_BLANKS = re.compile(r"\s+")
_NO_NAME = re.compile(r"[^A-Za-z0-9_.@/-]+", re.ASCII)
_LONGEST_TEXT = 120


def read_bytes(file: Path, most_bytes: int = _MOST_BYTES) -> bytes | None:
    """`None`: there is no such file, or it says nothing now."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError):
        return None
    try:
        parts, left = [], most_bytes
        while left > 0 and (part := os.read(descriptor, left)):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def read_text(file: Path) -> str | None:
    """The same as one line that a person may be shown, without blanks around it; `None` also where nothing is in it."""
    content = read_bytes(file)
    return None if content is None else plain_text(content.decode("utf-8", "replace"))


def read_number(file: Path, base: int = 10) -> int | None:
    """`None` also where no number is in it."""
    text = read_text(file)
    try:
        return None if text is None else int(text, base)
    except ValueError:
        return None


def names_in(folder: Path) -> list[str]:
    """What lies in it, by name. None, if the folder is not there: the kernel has nothing of that kind.

    Raises:
        OSError: nobody can tell.
    """
    try:
        return sorted(entry.name for entry in os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def names_told(folder: Path) -> list[str]:
    """The same for what is only a detail: none, where nobody can tell."""
    try:
        return names_in(folder)
    except OSError:
        return []


def link_name(link: Path) -> str | None:
    """The name of what it points to; `None`: it points nowhere."""
    try:
        return link.readlink().name
    except (OSError, ValueError):
        return None


def socket_above(device: Path) -> str | None:
    """The USB socket at which this device of the kernel's hangs, and as which it is told; `None`: at none."""
    parts = Path(os.path.realpath(device)).parts
    if not any(part.startswith("usb") and part[3:].isdigit() for part in parts):
        return None
    return next((part for part in reversed(parts) if USB_PLACE.fullmatch(part)), "")


def plain_text(text: str) -> str | None:
    """One line without control characters; `None`: nothing is left."""
    return printable(_BLANKS.sub(" ", text.replace("\0", " ")).strip())[:_LONGEST_TEXT] or None


def word(text: str | None) -> str | None:
    """A word without blanks, so that what a device says of itself is one word of an identity and never two."""
    return None if text is None else _NO_NAME.sub("_", text).strip("_") or None


def words(*many: str | None) -> str | None:
    """An identity: each word once, in this order; `None`: there are none."""
    return " ".join(dict.fromkeys(one for one in many if one)) or None


def phrases(many: Iterable[str | None], between: str = ", ") -> str:
    """A detail of those that say something."""
    return between.join(one for one in many if one)
