"""How much memory a command takes at most, by its own account: the kernel's account of a child counts its parent in."""

from __future__ import annotations

import subprocess
import sys

_COMMAND = """
import atexit, pathlib, sys
from gateway.cli import main
lines = lambda: pathlib.Path("/proc/self/status").read_text().splitlines()
atexit.register(lambda: print(*[line for line in lines() if line.startswith("VmHWM")], file=sys.stderr))
main()
"""


def peak_kb(*arguments: str) -> int:
    """Run `gateway` with these arguments to its end, its output thrown away."""
    ended = subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    name, kilobytes, _ = ended.stderr.splitlines()[-1].split()
    assert name == "VmHWM:"
    return int(kilobytes)
