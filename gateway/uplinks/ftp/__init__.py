"""FTP, plain or under TLS (FTPS).

uplink      one lane to one destination
workers     several connections at once
publisher   what is said for each file
session     a connection that is logged in, with its data connections
control     commands out, replies in
login       from nothing to a log-in
data        making data connections, and ending them
replies     what a server's replies mean
inspection  what lies there, and what the server can do
"""
