"""How a camera asks for a password: `WWW-Authenticate` (RFC 7235), and what FFmpeg makes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_KNOWN_DIGESTS = frozenset({"md5", "md5-sess"})


def is_plain(challenge: str) -> bool:
    """Whether it wants the password as it is."""
    return challenge.lower().startswith("basic")


def is_digest(challenge: str) -> bool:
    return challenge.lower().startswith("digest")


def unknown_login(challenges: Sequence[str]) -> str | None:
    """The name of the login that FFmpeg would have to know, and does not; `None`: it can answer. Of several digests it
    takes the last one, and a digest before the plain password."""
    digests = [one for one in challenges if is_digest(one)]
    if digests:
        algorithm = re.search(r'\balgorithm="?([\w-]+)', digests[-1], re.IGNORECASE)
        is_known = algorithm is None or algorithm[1].lower() in _KNOWN_DIGESTS
        return None if algorithm is None or is_known else f"Digest {algorithm[1]}"
    if not challenges or any(is_plain(one) for one in challenges):
        return None
    return challenges[-1].split()[0][:40] if challenges[-1].split() else None
