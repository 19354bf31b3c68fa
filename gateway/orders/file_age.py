"""How old a file or folder of the spool is, which somebody else may move or remove at the same moment."""

from __future__ import annotations

from pathlib import Path


def is_older(file: Path, before_ms: int) -> bool:
    """Whether it was changed last before then; not of one that is gone."""
    try:
        return file.stat().st_mtime_ns // 1_000_000 < before_ms
    except FileNotFoundError:
        return False
