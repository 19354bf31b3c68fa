"""The program behind `amqtt`."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

from amqtt.broker import Broker


async def main() -> None:
    orders: dict[str, Any] = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    passwords = Path(orders["passwords"])
    receiver, station = orders["receiver"], orders["user"]
    here = {"bind": f"127.0.0.1:{orders['port']}", "type": "ws" if orders["in_web_sockets"] else "tcp"}
    broker = Broker(
        {
            "listeners": {"default": here},
            "plugins": {
                "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(passwords)},
                "amqtt.plugins.topic_checking.TopicAccessControlListPlugin": {
                    "acl": {receiver: ["#"]},
                    "publish_acl": {station: ["NUO001/#"]},
                },
            },
        }
    )
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
