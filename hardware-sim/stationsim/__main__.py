"""`python -m stationsim` is `station-sim`."""

from stationsim.cli import app

app(prog_name="station-sim")
