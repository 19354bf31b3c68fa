"""The connections of one account, shared by all lanes that log in to it.

connection_pool  how many there may be, who waits, which are idle
client           one lane's way to a connection: an idle one, a new one, or one in place of another
uplink           what uplinks over such connections have in common
"""
