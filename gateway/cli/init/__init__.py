"""`gateway init`: a first configuration, asked for at a terminal or given beforehand."""

from gateway.cli.init.command import init

__all__ = ["init"]
