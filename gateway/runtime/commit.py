"""Of which commit this program is: as the build wrote it down, or as git says in a checkout.

For `gateway --version` and nothing that runs for long: asking git costs a child.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
WRITTEN = "COMMIT"
"""Written beside the package's `__init__.py` by whoever builds it: the commit, one line."""
_WITHIN_S = 2.0


def commit(package: Path = _PACKAGE) -> str | None:
    """Twelve digits, `-dirty` behind them where files of the checkout were changed; None: nobody knows."""
    try:
        return (package / WRITTEN).read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        pass
    git = (
        shutil.which("git") if (package.parent / ".git").exists() else None
    )  # not a repository around the installation
    if git is None:
        return None
    asked = (git, "-C", str(package.parent), "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty")
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=_WITHIN_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() or None  # of somebody else's checkout git says nothing
