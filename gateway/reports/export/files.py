"""The files as they were sent: byte for byte, each proven by the SHA-256 that was kept when it was first made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from gateway.core.errors import DeliveryRefused, GatewayError
from gateway.core.instants import local_time
from gateway.core.phrase import Phrase
from gateway.files.kept_files import KeptFile
from gateway.files.store import FileStore


def write_files(
    files: FileStore,
    wanted: Iterable[KeptFile],
    folder: Path,
    pattern: str,
    zone: str,
    on_progress: Callable[[int], None],
) -> tuple[int, list[str]]:
    """Write each below `folder`, in the folder that `pattern` (strftime) makes of its slot's local time.

    Returns how many were written, and why others were not: they no longer have the bytes that were sent.

    Raises:
        GatewayError: two of them bear one name: authorities that get different files must be asked for one by one.
    """
    count, broken = 0, []
    for one in wanted:
        on_progress(one.end_ms)
        try:
            document = files.content(one.id)
        except DeliveryRefused as damage:
            broken.append(str(damage))
            continue
        if "/" in document.name or document.name in (".", ".."):
            broken.append(f"{document.name!r} is no file's name")
            continue
        place = folder / local_time(one.end_ms, zone).strftime(pattern)
        place.mkdir(parents=True, exist_ok=True)
        try:
            with place.joinpath(document.name).open("xb") as opened:
                opened.write(document.content)
        except FileExistsError:
            raise GatewayError(
                Phrase(
                    "two authorities get different files {name}; say whose you want: --destination NAME",
                    name=document.name,
                )
            ) from None
        count += 1
    return count, broken
