"""One slot's life, from its readings to the servers' answers, as far as it is kept: nothing is told that does not
follow from what the database has, and what cannot be told any more is said to be so.

A value is made again by the very functions that made it (`gateway.records.making`), and held against the record.
"""
