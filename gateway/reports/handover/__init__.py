"""The hand-over: what the department is given when a station is accepted: who may do what on which device, ports and
seals, versions and the journal's head, an act to sign.

Secrets are in one part, encrypted for the department's key. In plain they are in memory only, while it is made.
"""
