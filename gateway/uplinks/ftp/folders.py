"""The folders that files are to go into: made as needed, and what lay in them when they were last listed.

An account may enter what it may not list, and write where it may not enter. So nothing is concluded from a refusal
here: the first file shows whether the folder takes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.errors import NotTold
from gateway.uplinks.ftp.control import done
from gateway.uplinks.ftp.listed import names_in
from gateway.uplinks.ftp.replies import FtpError
from gateway.uplinks.ftp.session import FtpSession, Overlong
from gateway.uplinks.ftp.told import folder_columns, is_cut
from gateway.uplinks.publish import ancestors, leftovers


@dataclass(slots=True)
class Folder:
    """What lay in a folder when it was last listed, which spares a question per file."""

    names: set[str] | None
    """`None`: they are not told, or the list has no end."""
    leftovers: dict[str, list[str]]
    """Final name → temporary names that earlier attempts left behind."""
    is_untold: bool = False
    """Whether its names were not told when they were asked for again."""
    unmade: str = ""
    """The server's words, if it neither let us in nor made it."""


def prepare(session: FtpSession, path: str) -> Folder:
    """Make the folder and those above it as needed, and note what lies in it."""
    unmade = ""
    if not session.is_there(path):
        for ancestor in ancestors(path):
            unmade = _make(session, ancestor)
        if not unmade:
            return Folder(set(), {})
    names = _names(session, path)
    return Folder(names, leftovers(names or ()), unmade="" if names else unmade)


def all_names(session: FtpSession, path: str) -> set[str] | None:
    """The names in a folder; `None`: they are not told, or not all of them."""
    names = _names(session, path)
    return None if is_cut(session.last_word) else names


def _names(session: FtpSession, path: str) -> set[str] | None:
    if session.optimisms.is_left_out("NLST"):
        return None
    try:
        with session.optimisms.question("NLST"):
            names = set(names_in(session.lines(f"NLST {path}")))
            if not session.optimisms.is_outlived("NLST"):
                session.ask("NOOP")  # some servers end the connection after each transfer, a listing's, too
        return names
    except Overlong:
        return None
    except FtpError as error:
        # How some servers say "empty", or "not to be listed": leftovers, if any, then stay.
        if not error.reply.is_bad or error.reply.code in ("421", "425", "426", "522"):
            raise
        return _listed_names(session, path) if error.reply.is_unknown_command else None


def _listed_names(session: FtpSession, path: str) -> set[str] | None:
    try:
        return {one.name for one in folder_columns(session, path)}
    except NotTold:
        return None


def _make(session: FtpSession, folder: str) -> str:
    """Returns the server's words if it was not to be made, and cannot be entered; it may be there for all that."""
    if session.is_there(folder):
        return ""
    reply = session.ask(f"MKD {folder}")
    if not reply.is_refusal:
        done(reply)
        return ""
    # Another connection may have made it at the same moment, so what counts is whether it is there now.
    if session.is_there(folder):
        return ""
    if reply.is_full:
        raise FtpError(reply)
    return str(reply)
