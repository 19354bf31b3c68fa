"""The program behind `asyncssh`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from typing import Any

import asyncssh


class Admission(asyncssh.SSHServer):  # type: ignore[misc]
    def password_auth_supported(self) -> bool:
        return not ORDERS["asks"]

    def kbdint_auth_supported(self) -> bool:
        return bool(ORDERS["asks"])

    def get_kbdint_challenge(self, username: str, *_: str) -> Any:
        return "", "", "en", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: list[str]) -> bool:
        return self.validate_password(username, responses[0])

    def validate_password(self, username: str, password: str) -> bool:
        is_good = (username, password) == (ORDERS["user"], ORDERS["password"])
        print("Accepted password" if is_good else "Failed password", "for", username, file=sys.stderr, flush=True)
        return is_good


def files(channel: Any) -> Any:
    return asyncssh.SFTPServer(channel, chroot=ORDERS["root"].encode())


async def main() -> None:
    key = asyncssh.read_private_key(ORDERS["host_key"])  # while it still may: it would be read anew at each log-in
    await asyncssh.listen(
        "127.0.0.1", ORDERS["port"], server_factory=Admission, server_host_keys=[key], sftp_factory=files
    )
    os.setgroups([])
    os.setgid(ORDERS["uid"])
    os.setuid(ORDERS["uid"])
    await asyncio.Event().wait()


if __name__ == "__main__":
    ORDERS: dict[str, Any] = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(main())
