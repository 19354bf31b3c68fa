"""What is built: the version, its commit and its time, which every file of a package bears."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Build:
    """`version` is Debian's. `commit`: its short name, None where the project is no git repository. `at_s`: seconds
    since 1970 in UTC, of the commit or of `SOURCE_DATE_EPOCH`."""

    version: str
    commit: str | None
    at_s: int


def build_of(project: Path = PROJECT) -> Build:
    """Of what lies in the project's folder.

    With a tag `v0.1.0` on the commit: `0.1.0`. After it: `0.1.0+N.gCOMMIT`; before there is one: `0.1.0~N.gCOMMIT`, N
    counting commits, so that a later build is a newer version. With changes that are not committed: `.changed` at the
    end.

    Raises:
        SystemExit: neither a git repository nor `SOURCE_DATE_EPOCH`: nobody could build the same again. Or a
            tag that says another version than the code.
    """
    declared = _declared(project)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    commit = _git(project, "rev-parse", "--short=12", "HEAD")
    if commit is None:
        if epoch is None:
            raise SystemExit("package: this is no git repository: set SOURCE_DATE_EPOCH to the time of the source")
        return Build(declared, None, int(epoch))
    at_s = int(epoch or _git(project, "log", "-1", "--format=%ct") or 0)
    return Build(_version(project, declared, commit), commit, at_s)


def _declared(project: Path) -> str:
    """Where the version stands, without loading the program."""
    found = re.search(r'^__version__ = "(.+)"$', (project / "gateway/__init__.py").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise SystemExit("package: gateway/__init__.py names no version")
    return found[1]


def _version(project: Path, declared: str, commit: str) -> str:
    is_changed = bool(_git(project, "status", "--porcelain", "--untracked-files=no"))
    ending = ".changed" if is_changed else ""
    tags = [one for one in (_git(project, "tag", "--points-at", "HEAD") or "").split() if re.fullmatch(r"v\d.*", one)]
    if any(one != f"v{declared}" for one in tags):
        raise SystemExit(f"package: the commit is tagged {' '.join(tags)}, and gateway/__init__.py says {declared}")
    if tags and not is_changed:
        return declared
    joint = "+" if _git(project, "rev-parse", "-q", "--verify", f"refs/tags/v{declared}") else "~"
    return f"{declared}{joint}{_git(project, 'rev-list', '--count', 'HEAD')}.g{commit}{ending}"


def _git(project: Path, *arguments: str) -> str | None:
    try:
        ended = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", str(project), *arguments],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return None
    return ended.stdout.strip() if ended.returncode == 0 else None
