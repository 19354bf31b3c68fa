"""The program behind `twisted_ftp`."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import reactor
from twisted.protocols import ftp
from twisted.python import filepath, log
from zope.interface import implementer


@implementer(IRealm)
class Realm:
    def __init__(self, root: str) -> None:
        self._root = root

    def requestAvatar(self, name: bytes, mind: Any, *interfaces: Any) -> tuple[Any, Any, Any]:
        log.msg("Accepted password")
        return ftp.IFTPShell, ftp.FTPShell(filepath.FilePath(self._root)), lambda: None


def main() -> None:
    orders: dict[str, Any] = json.loads(sys.argv[1])
    log.startLogging(sys.stderr)
    checker = InMemoryUsernamePasswordDatabaseDontUse()
    checker.addUser(orders["user"], orders["password"].encode().decode("latin-1"))  # as it reads what is said to it
    server = ftp.FTPFactory(Portal(Realm(orders["root"]), [checker]))
    first, last = orders["data_ports"]
    server.passivePortRange = range(first, last + 1)
    reactor.listenTCP(orders["port"], server, interface="127.0.0.1")  # type: ignore[attr-defined]
    os.setgroups([])
    os.setgid(orders["uid"])
    os.setuid(orders["uid"])
    reactor.run()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
