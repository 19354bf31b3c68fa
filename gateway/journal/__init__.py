"""The chain of events: what happened at the station, each entry bound to the one before. Appended to, never changed.

`append` is called with the connection of the transaction that does what the entry tells of: both stay, or neither.
"""
