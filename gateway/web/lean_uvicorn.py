"""The parts of uvicorn that the page needs. Its package wants its command line and its reloaders, and with them click
and multiprocessing; and it would configure logging by a file: 3 MB for nothing."""

from __future__ import annotations

from types import ModuleType

from gateway.runtime.lean_import import without

_NO_COMMAND = ModuleType("uvicorn.main")
_NO_COMMAND.Server = _NO_COMMAND.main = _NO_COMMAND.run = None  # type: ignore[attr-defined]
_NO_FILES = ModuleType("configparser")
_NO_FILES.RawConfigParser = None  # type: ignore[attr-defined]

with without({"uvicorn.main": _NO_COMMAND, "logging.config": ModuleType("logging.config"), "configparser": _NO_FILES}):
    from uvicorn.config import Config
    from uvicorn.protocols.http.h11_impl import H11Protocol
    from uvicorn.server import Server

__all__ = ["Config", "H11Protocol", "Server"]
