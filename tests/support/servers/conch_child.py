"""The program behind `conch`: accounts of the system, as Conch serves them; only who may enter is said by us."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from twisted.conch.ssh import factory, keys
from twisted.conch.unix import UnixConchUser
from twisted.cred import portal
from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.internet import reactor
from twisted.python import log
from twisted.python.filepath import FilePath
from zope.interface import implementer


class User(UnixConchUser):  # type: ignore[misc]
    def getHomeDir(self) -> FilePath[str]:
        """As Conch's SFTP expects it; its own account gives a string, at which every request fails."""
        return FilePath(super().getHomeDir())


@implementer(portal.IRealm)
class Realm:
    def requestAvatar(self, name: bytes, mind: Any, *interfaces: Any) -> tuple[Any, Any, Any]:
        log.msg("Accepted password")
        user = User(name.decode())
        return interfaces[0], user, user.logout


class Factory(factory.SSHFactory):  # type: ignore[misc]
    def getPrimes(self) -> None:
        return None


def main() -> None:
    orders: dict[str, Any] = json.loads(sys.argv[1])
    log.startLogging(sys.stderr)
    key = keys.Key.fromString(Path(orders["host_key"]).read_bytes())
    checker = InMemoryUsernamePasswordDatabaseDontUse()
    checker.addUser(orders["user"].encode(), orders["password"].encode())
    server = Factory()
    server.publicKeys = {key.sshType(): key.public()}
    server.privateKeys = {key.sshType(): key}
    server.portal = portal.Portal(Realm(), [checker])
    reactor.listenTCP(orders["port"], server, interface="127.0.0.1")  # type: ignore[attr-defined]
    reactor.run()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
