"""The declaration as what closes ports: firewall, USB authorisation, masked units, radios and interfaces.

Decided in `plan` (pure); put in force by root: by commands, and by the oneshot of `station-gateway-ports.service`.
Never by the daemon. All that is put in force is gone after a power cut; the start puts in force what was confirmed.
"""
