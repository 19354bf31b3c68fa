"""⑥ outbox → authority: one uplink per protocol, all with the promises of `core.interfaces.Uplink`.

registry  from a configured destination to its uplink
sftp, ftp, mqtt  one room for each protocol
pool      connections that the lanes of an account share
publish   what publishing means, whatever the protocol
sockets   connecting within a time-out, abortable from another thread
tls       certificates, and how to say what is wrong with them
bounds    how much a far end may tell us
probing   what a server can do, tried out once files have arrived
"""

import sys

sys.modules.setdefault("invoke", None)  # type: ignore[arg-type]  # what Python takes for "there is none"
# paramiko would load this task runner, and with it argparse and unittest, to obey `Match exec` in OpenSSH's client
# configuration, which is never read here: 3 MB of a small board's memory.
