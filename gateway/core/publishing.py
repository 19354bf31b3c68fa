"""The ways in which a file can come under its final name at the far end, and what proves that it did."""

from __future__ import annotations

from enum import StrEnum


class Publishing(StrEnum):
    """Chosen per destination; the weaker ways are for servers that allow nothing better."""

    RENAME = "rename"
    """Uploaded under a temporary name, checked, renamed: it appears complete or not at all."""
    RENAME_DELETE = "rename-delete"
    """The same, but an older file of that name is deleted first: for a moment there is none."""
    DIRECT = "direct"
    """Written under the final name at once: while it grows, and after a cut, half a file lies there."""


class Proof(StrEnum):
    """Chosen per destination: what counts as the proof that a file has arrived."""

    PRESENT = "present"
    """It lies there with its size: asked after it was written, before it is renamed."""
    ANSWER = "answer"
    """The server's good answers are enough: to close and rename (SFTP), 226 and 250 (FTP). For receivers that take
    files away at once, and for accounts that may not look at what they wrote."""
