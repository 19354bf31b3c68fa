"""`gateway cameras …`: record what cameras show, and look at what was recorded."""

from __future__ import annotations

import typer

from gateway.cli.cameras.clip import clip
from gateway.cli.cameras.discover import discover
from gateway.cli.cameras.disk import disk
from gateway.cli.cameras.gaps import continuity, gaps
from gateway.cli.cameras.list import list_cameras
from gateway.cli.cameras.pins import pins
from gateway.cli.cameras.reference import reference
from gateway.cli.cameras.relay import relay
from gateway.cli.cameras.room import check_storage
from gateway.cli.cameras.run import run
from gateway.cli.cameras.set_time import set_time
from gateway.cli.cameras.snapshot import snapshot
from gateway.cli.cameras.views import views

cameras = typer.Typer(help="Video: recorded by a process of its own, kept for three months.", no_args_is_help=True)
cameras.command("run")(run)
cameras.command("list")(list_cameras)
cameras.command("gaps")(gaps)
cameras.command("continuity")(continuity)
cameras.command("reference")(reference)
cameras.command("relay")(relay)
cameras.command("snapshot")(snapshot)
cameras.command("clip")(clip)
cameras.add_typer(pins, name="pins")
cameras.add_typer(disk, name="disk")
cameras.command("views")(views)
cameras.command("check")(check_storage)
cameras.command("discover")(discover)
cameras.command("set-time")(set_time)
