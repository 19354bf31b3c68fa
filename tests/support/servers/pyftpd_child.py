"""The program behind `pyftpd`: reads its orders as JSON from the command line and serves a folder until it is ended."""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer


class ImplicitHandler(TLS_FTPHandler):  # type: ignore[misc]
    """TLS from the first byte on; pyftpdlib knows only the explicit kind."""

    def handle(self) -> None:
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self) -> None:
        super().handle()

    def ftp_AUTH(self, line: str) -> None:
        self.respond("503 Already using TLS.")


def main() -> None:
    orders: dict[str, Any] = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    authorizer = DummyAuthorizer()
    authorizer.add_user(orders["user"], orders["password"], orders["root"], perm="elradfmwMT")
    base = FTPHandler
    if orders["certificate"]:
        base = ImplicitHandler if orders["implicit"] else TLS_FTPHandler
        base.certfile = orders["certificate"]
        base.tls_control_required = not orders["implicit"]
        base.tls_data_required = True
        base.dtp_handler = TLS_DTPHandler
    base.authorizer = authorizer
    base.auth_failed_timeout = 0
    base.passive_ports = range(orders["data_ports"][0], orders["data_ports"][1] + 1)
    server = FTPServer((orders["host"], orders["port"]), base)  # reads the certificate's key while it still may
    os.setgroups([])
    os.setgid(orders["uid"])
    os.setuid(orders["uid"])
    server.serve_forever()


if __name__ == "__main__":
    main()
