"""The page: what the station measures, what the authority holds, and why each file was late. A process of its own.

It opens the databases read-only, with a time limit on whatever it reads, and can neither slow nor change the daemon:
the few acts of people (`gateway.acts`) are left as requests, and the daemon decides.
"""
