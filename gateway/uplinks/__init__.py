"""⑥ outbox → authority: one uplink per protocol, all with the promises of `core.interfaces.Uplink`.

`registry.open_uplink` is the way in. `publish` holds what all share, `line` their sockets; the rest is one protocol
each.
"""
