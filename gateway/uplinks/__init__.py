"""⑥ outbox → authority: one uplink per protocol, all with the promises of `core.interfaces.Uplink`.

registry  from a configured destination to its uplink
context   what an uplink is to know besides its destination
sftp      one folder for each protocol: `opening` makes its uplink of a destination
ftp
mqtt
pool      connections that the lanes of an account share
publish   what publishing means, whatever the protocol
sockets   connecting within a time-out, abortable from another thread
timeouts  how long anything may take
tls       certificates, and how to say what is wrong with them
bounds    how much a far end may tell us
probing   what a server can do, tried out once files have arrived
"""
