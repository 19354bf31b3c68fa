"""① Instrument → reading: the drivers, and the poller that asks each of them in its turn."""
