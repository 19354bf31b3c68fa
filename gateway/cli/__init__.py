"""Commands: parse, call, print, exit code. One file per group; each loads what it needs when it is called."""

from gateway.cli.main import main

__all__ = ["main"]
