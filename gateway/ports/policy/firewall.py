"""nftables, asked by its own program: put our table in force, take it away, say what is in force."""

from __future__ import annotations

import subprocess
from typing import Protocol

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.ports.policy.firewall_text import TABLE, removal_text

_WITHIN_S = 15
_MISSING = Phrase("nft is missing; install it (apt-get install nftables)")


class Firewall(Protocol):
    """The kernel's filter, as far as it is ours."""

    def check(self, text: str) -> None:
        """Whether it could be put in force; nothing is.

        Raises:
            GatewayError: it could not; the message says why.
        """

    def load(self, text: str) -> None:
        """All of it at once, or nothing.

        Raises:
            GatewayError: it was refused, and everything is as it was.
        """

    def remove(self) -> None:
        """Our table, where there is one. Raises as `load`."""

    def listing(self) -> str | None:
        """Our table as the kernel has it, without its counters; `None`: there is none. Raises as `load`."""


class Nftables:
    """The one of this network namespace. Needs CAP_NET_ADMIN."""

    def check(self, text: str) -> None:
        _run(["--check", "--file", "-"], text)

    def load(self, text: str) -> None:
        _run(["--file", "-"], text)

    def remove(self) -> None:
        _run(["--file", "-"], removal_text())

    def listing(self) -> str | None:
        if f"table inet {TABLE}" not in _run(["list", "tables"]).splitlines():
            return None
        return _run(["--stateless", "list", "table", "inet", TABLE])


def _run(arguments: list[str], text: str = "") -> str:
    try:
        done = subprocess.run(
            ["nft", *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=_WITHIN_S,
            check=False,
            errors="replace",
            env={"PATH": "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise GatewayError(_MISSING) from None
    except subprocess.TimeoutExpired:
        raise GatewayError(Phrase("nft gives no answer within {within_s} s", within_s=_WITHIN_S)) from None
    if done.returncode != 0:
        said = " ".join(done.stderr.split()) or Phrase("exit code {returncode}", returncode=done.returncode)
        raise GatewayError(Phrase("nft refuses it: {said}", said=said[:300]))
    return done.stdout
