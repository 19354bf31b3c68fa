"""`gateway demo`: a whole simulated station on one machine: instruments, two authorities, and the gateway between."""

from gateway.cli.demo.command import demo

__all__ = ["demo"]
