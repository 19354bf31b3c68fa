"""SFTP over SSH: the one home of paramiko.

uplink      one lane to one destination
session     a connection that is logged in
steps       what is said for each file, as pure generators
pipeline    many of them at once over one channel
channel     requests out, replies in
messages    requests and replies as values
ssh         the connection below: host key, log-in, time-outs
watched_socket  its socket, which gives up a far end that is silent
inspection  what lies there, and what the server can do
keys        key pairs for stations
"""

from gateway.runtime.lean_import import without

# paramiko can do without invoke, which it has for commands in OpenSSH's configuration files, and nobody here reads one:
# 2.9 MB (`./bench memory`).
with without({"invoke": None}):
    import paramiko as paramiko
