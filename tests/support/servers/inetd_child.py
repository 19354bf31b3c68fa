"""An inetd for one program: each connection is the standard input and output of one of its own."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended ones need not be waited for
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64) as listener:
        while True:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                subprocess.Popen(sys.argv[2:], stdin=connection, stdout=connection, close_fds=True)


if __name__ == "__main__":
    main()
