"""SFTP over SSH: the one home of paramiko.

uplink      one lane to one destination
session     a connection that is logged in
convoy      how many files are under way at once, and what is tried again alone
pipeline    many generators at once over one channel
steps       what is said for each file, as pure generators
direct      the same where the file is written under its own name at once
storing     the same for its bytes under either name, and what it means how that went
writing     the same for its bytes and its size, in the ways that the server bears
renaming    the same for its name
occupancy   the same for what lies under its name already
folders     the same for the folders that it lies in
looking     the same for what is to be read
answers     what a reply says: there, not there, not told
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
