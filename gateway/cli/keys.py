"""`gateway keys`: key pairs for logging in to SFTP servers."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, Json
from gateway.cli.output import print_json, say
from gateway.cli.speech import speak_as_written
from gateway.core.phrase import Phrase

SECRETS = Path("/etc/station-gateway/secrets")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

keys = typer.Typer(help="Key pairs for logging in to SFTP servers.", no_args_is_help=True)


@keys.command("new")
def new(
    name: Annotated[str, typer.Argument(help="The file's name, such as so-tnmt-key.")],
    kind: Annotated[
        str, typer.Option("--type", help="ed25519, or rsa for servers that are too old for it.")
    ] = "ed25519",
    out: Annotated[Path, typer.Option("--out", help="The folder to put it in.")] = SECRETS,
    as_json: Json = False,
) -> None:
    """Make a key pair. Prints the public line and the fingerprint for the authority; the private key stays here."""
    from gateway.uplinks.sftp.keys import KeyType, make_key

    speak_as_written(DEFAULT_CONFIG)
    if not _NAME.fullmatch(name) or name.endswith(".pub"):
        wrong = Phrase("use letters, digits, '-', '_' and '.'; it becomes the name of a file")
        raise typer.BadParameter(wrong, param_hint="name")
    if kind not in set(KeyType):
        raise typer.BadParameter(Phrase("is one of {types}", types=", ".join(KeyType)), param_hint="--type")
    made = make_key(out.absolute(), name, KeyType(kind), f"{name}@{os.uname().nodename}")
    if as_json:
        shown = {
            "private_file": str(made.private_file),
            "public_file": str(made.public_file),
            "public": made.public,
            "fingerprint": made.fingerprint,
        }
        print_json(shown)
        return
    say(Phrase("Give this line to the authority, to be allowed for the station's user:"), "")
    say(f"  {made.public}", "")
    say(Phrase("It has arrived unchanged if the fingerprint there is"), "", f"  {made.fingerprint}", "")
    say(Phrase("Then write at the destination, instead of its password:"), "")
    say(f"  key: {{file: {made.private_file}}}")
