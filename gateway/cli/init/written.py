"""The configuration as a file: whole under its name or not there, never over another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.cli.init.kept import not_written
from gateway.config.interview.yaml_text import yaml_text
from gateway.core.errors import GatewayError
from gateway.reports.atomic_output import atomic_file
from gateway.runtime.daemon_group import share_with_daemon
from gateway.runtime.sync import sync
from gateway.texts import Texts

_MODE = 0o600


def text_of(content: dict[str, Any], file: Path, texts: Texts) -> str:
    """The file's text, with comments in the language of the texts."""
    head = tuple(texts("init.comment.head", file=str(file)).splitlines())
    return yaml_text(content, head, comments_in(texts))


def comments_in(texts: Texts) -> Callable[[tuple[str, ...]], str | None]:
    def comment(keys: tuple[str, ...]) -> str | None:
        key = f"init.comment.{'_'.join(keys)}"
        return texts(key) if texts.has(key) else None

    return comment


def write(text: str, file: Path) -> None:
    """
    Raises:
        GatewayError: there is one already, or it cannot be written.
    """
    try:
        with atomic_file(file, overwrite=False) as beside:
            beside.write_text(text, encoding="utf-8")
            beside.chmod(_MODE)
            share_with_daemon(beside)
    except GatewayError as error:
        raise not_written(file, error.__cause__) if isinstance(error.__cause__, OSError) else error from error
    sync(file.parent)
