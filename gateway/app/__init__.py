"""The daemon: its wiring (`daemon`), and what the configuration means for each of its stages (`settings`)."""

from gateway.app.daemon import Daemon

__all__ = ["Daemon"]
