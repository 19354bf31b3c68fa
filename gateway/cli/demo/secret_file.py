"""Passwords of the demo, in files that only their owner may read."""

from __future__ import annotations

from pathlib import Path


def write_secret(file: Path, password: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(password, encoding="utf-8")
    return file
