"""httpx and httpcore, imported without what no order comes to: a command line that draws on terminals, and other ways
to wait. Some 4 MB that a daemon would hold for months. See `gateway.runtime.lean_import`."""

from __future__ import annotations

from gateway.runtime.lean_import import lean_or_whole


def _import() -> None:
    import httpcore
    import httpx

    _ = httpcore, httpx


lean_or_whole({"httpx._main": None, "anyio": None, "trio": None}, _import)

import httpcore  # noqa: E402  # what was imported above
import httpx  # noqa: E402

__all__ = ["httpcore", "httpx"]
