"""⑥ outbox → authority: one uplink per protocol, all with the promises of `core.interfaces.Uplink`.

`registry.open_uplink` is the way in. `publish` holds what all share, `sockets` their sockets, `pool` their
connections; each protocol has a room.
"""

import sys

sys.modules.setdefault("invoke", None)  # type: ignore[arg-type]  # what Python takes for "there is none"
# paramiko would load this task runner, and with it argparse and unittest, to obey `Match exec` in OpenSSH's client
# configuration, which is never read here: 3 MB of a small board's memory.
