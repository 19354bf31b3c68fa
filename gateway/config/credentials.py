"""systemd's credentials: secrets that the service manager lays before one unit alone, decrypted if they were encrypted.

A unit that declares any sees them as files of one folder, which `CREDENTIALS_DIRECTORY` names. Nobody else sees them,
root's `gateway check` neither: of those it can say only whether a unit declares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from gateway.config.file.form_error import FormError, MissingError
from gateway.core.phrase import Phrase

DIRECTORY = "CREDENTIALS_DIRECTORY"
UNIT_FOLDERS = tuple(Path(above, "systemd/system") for above in ("/etc", "/run", "/usr/local/lib", "/usr/lib"))
_NOWHERE = "/run/credentials"
"""There are the folders of units, and no file."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}", re.ASCII)
"""Stricter than systemd.exec(5), which takes any name of a file without a colon."""
_DECLARES = re.compile(r"\s*(?:Load|Set)Credential(?:Encrypted)?=\s*([^:\s]+)|\s*ImportCredential=\s*(\S+)")
_UNITS = ("station-gateway*.service", "station-gateway*.service.d/*.conf")


def check_credential_name(written: object) -> str:
    """Raises FormError, which never shows what was written: it may be the secret itself."""
    if not isinstance(written, str) or not _NAME.fullmatch(written):
        raise FormError(
            Phrase("credential is not a name of letters, digits, '-', '_' and '.'"),
            Phrase("write the name that the unit gives it by LoadCredential=, such as so-tnmt"),
        )
    return written


def credential_file(name: str, environ: Mapping[str, str]) -> Path:
    """Where it lies for this process; where no unit gave it any, a place at which there is nothing."""
    return Path(environ.get(DIRECTORY) or _NOWHERE, name)


def credential_missing(name: str, environ: Mapping[str, str]) -> MissingError:
    """Why it is not there, and what to add to which unit."""
    if environ.get(DIRECTORY):
        return MissingError(Phrase("credential {name} is not among those of this unit", name=name), _what_to_add(name))
    return MissingError(
        Phrase("credential {name} is not looked at: it is seen within its unit alone", name=name), _what_to_add(name)
    )


def is_declared(name: str, environ: Mapping[str, str], folders: Iterable[Path] = UNIT_FOLDERS) -> bool:
    """Whether a unit of the gateway on this machine says that it gets this credential; asked outside of them."""
    if environ.get(DIRECTORY):
        return False
    return any(
        name == declared or name.startswith(f"{declared}_") or fnmatchcase(name, declared)  # `_`: of a whole folder
        for folder in folders
        for declared in _declared_in(folder)
    )


def _what_to_add(name: str) -> Phrase:
    return Phrase(
        "systemctl edit the unit, and add below [Service] LoadCredential={name}:/path/of/the/file, or"
        " LoadCredentialEncrypted={name}:/path if systemd-creds encrypted it; then restart it",
        name=name,
    )


def _declared_in(folder: Path) -> Iterator[str]:
    for pattern in _UNITS:
        for file in folder.glob(pattern):
            try:
                text = file.read_text("utf-8", errors="replace")
            except OSError:  # a unit that may not be read declares nothing that could be seen
                continue
            yield from (one[1] or one[2] for one in map(_DECLARES.match, text.splitlines()) if one)
