"""The program behind `aioftp`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import ssl
import sys
from typing import Any

import aioftp


async def main() -> None:
    orders: dict[str, Any] = json.loads(sys.argv[1])
    user = aioftp.User(
        orders["user"], orders["password"], base_path=orders["root"], permissions=[aioftp.Permission("/")]
    )
    context = None
    if orders["certificate"]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(orders["certificate"], orders["key"])
    first, last = orders["data_ports"]
    server = aioftp.Server([user], data_ports=range(first, last + 1), ssl=context)
    await server.start("127.0.0.1", orders["port"])
    os.setgroups([])
    os.setgid(orders["uid"])
    os.setuid(orders["uid"])
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(main())
