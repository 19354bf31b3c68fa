"""What an FTP server tells of a file or a folder: it is there, it is not there, or that is not told.

A file's size is asked for by `SIZE`, then by `MLST`, then by `LIST`; a way that a server does not have, or that tells
nothing of a file that is there, is not asked again for a day (`Manners`).

| what comes | means |
|---|---|
| a size, facts, a line with the name | there |
| a listing of the folder that was told whole, without the name | not there |
| a refusal with words of absence, where no other way tells more | not there |
| any other refusal; a listing that ends early or cannot be read | not told |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.errors import NotTold
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.presence import Presence
from gateway.uplinks.ftp.control import done
from gateway.uplinks.ftp.listed import Listed, by_facts, columns, last_part
from gateway.uplinks.ftp.replies import FtpError, Reply
from gateway.uplinks.ftp.session import FtpSession, Overlong


@dataclass(frozen=True, slots=True)
class FileTold:
    """Of one file. `size` is `None` unless it is there and its size is told. `words`: what was asked, what came."""

    presence: Presence
    size: int | None = None
    words: str = ""
    lacks: Manner | None = None
    """What the server lacks if the file is there for all that."""


NOT_ASKED = FileTold(Presence.NOT_TOLD)
_LACKING = {"SIZE": Manner.NO_SIZE, "MLST": Manner.NO_FACTS}
"""What a server lacks that does not tell by this way."""


def questions(session: FtpSession, *paths: str) -> tuple[str, ...]:
    """What to ask for the sizes of these files, by the first way that this server is known to have; empty: none."""
    manners = session.optimisms.manners
    if not manners.has(Manner.NO_SIZE):
        return tuple(f"SIZE {path}" for path in paths)
    if not manners.has(Manner.NO_FACTS):
        return tuple(f"MLST {path}" for path in paths)
    return ()


def answers(session: FtpSession, asked: Sequence[str], replies: Sequence[Reply]) -> tuple[FileTold, ...]:
    """What the replies to `questions` say."""
    said = [_told(question[:4], reply) for question, reply in zip(asked, replies, strict=True)]
    if said and replies[0].is_unknown_command and said[0].lacks is not None:
        session.optimisms.manners.learn(said[0].lacks, said[0].words)
    return tuple(said)


def sizes_of(session: FtpSession, *paths: str) -> tuple[FileTold, ...]:
    """What is told of these files in one round trip."""
    asked = questions(session, *paths)
    return answers(session, asked, session.ask_all(*asked)) or (NOT_ASKED,) * len(paths)


def size_of_left(session: FtpSession, path: str) -> FileTold:
    """The same of a file that an earlier connection left. Nothing was stored over this one right before, so if it ends
    here, it ends at the question."""
    asked = questions(session, path)
    if not asked:
        return NOT_ASKED
    verb = asked[0][:4]
    with session.optimisms.question(verb, _LACKING[verb]):
        (there,) = sizes_of(session, path)
    return there


def told(session: FtpSession, path: str, *, doubted: Manner | None = None) -> FileTold:
    """What is told of one file, whichever way it takes. `doubted`: of the way that is not asked, having told what the
    others are to confirm."""
    manners = session.optimisms.manners
    said: list[FileTold] = []
    for verb, manner in _LACKING.items():
        if manners.has(manner) or manner is doubted:
            said.append(FileTold(Presence.NOT_TOLD, None, Phrase("{verb}: not told by this server", verb=verb)))
            continue
        reply = session.ask(f"{verb} {path}")
        one = _told(verb, reply)
        if one.size is not None:
            return one
        if reply.is_unknown_command:
            manners.learn(manner, one.words)
        said.append(one)
    listed = _listed(session, path)
    words = "; ".join(one.words for one in (*said, listed) if one.words) or Phrase("the account may not ask")
    if listed.presence is not Presence.NOT_TOLD:
        if listed.size is not None and not manners.has(Manner.NO_SIZE):
            manners.learn(Manner.NO_SIZE, said[0].words)  # of a file that is there
        return FileTold(listed.presence, listed.size, words)
    if any(one.presence is Presence.THERE for one in said):
        return FileTold(Presence.THERE, None, words)
    if any(one.presence is Presence.NOT_THERE for one in said):
        return FileTold(Presence.NOT_THERE, None, words)
    return FileTold(Presence.NOT_TOLD, None, words)


def folder_told(session: FtpSession, path: str) -> Presence:
    """Whether a folder is there, seen from above if it cannot be entered."""
    reply = session.ask(f"CWD {path}")
    if reply.is_done:
        return Presence.THERE
    if not reply.is_refusal:
        done(reply)
    if reply.speaks_of_absence:
        return Presence.NOT_THERE
    above, _, name = path.rstrip("/").rpartition("/")
    above = above or ("/" if path.startswith("/") else "")
    if not name or not above:
        return Presence.NOT_TOLD
    there = folder_told(session, above)
    if there is not Presence.THERE:
        return there
    try:
        seen = folder_columns(session, above)
    except NotTold:
        return Presence.NOT_TOLD
    return Presence.THERE if any(one.name == name for one in seen) else Presence.NOT_THERE


def folder_columns(session: FtpSession, path: str) -> list[Listed]:
    """What `LIST` tells of a folder.

    Raises:
        NotTold: it is refused, is not whole, or cannot be read.
    """
    where = Phrase("{where}: the folder {path}", where=session.where, path=path)
    if session.optimisms.manners.has(Manner.NO_LISTING):
        raise NotTold(Phrase("{where} may not be listed", where=where))
    try:
        lines = session.lines(f"LIST {path}")
    except Overlong as error:
        raise NotTold(Phrase("{where} cannot be listed: {error}", where=where, error=error)) from error
    except FtpError as error:
        if not error.reply.is_bad or error.reply.code == "421":
            raise
        if error.reply.is_unknown_command:
            session.optimisms.manners.learn(Manner.NO_LISTING, f"LIST: {error}")
        raise NotTold(Phrase("{where} may not be listed ({error})", where=where, error=error)) from error
    seen = columns(lines)
    if seen is None:
        raise NotTold(Phrase("{where}: its listing cannot be read", where=where))
    if is_cut(session.last_word):
        raise NotTold(
            Phrase("{where}: its listing is not whole ({last_word})", where=where, last_word=session.last_word)
        )
    return seen


def is_cut(reply: Reply) -> bool:
    """Whether the last word to a listing says that there is more. Pure-FTPd tells the first 10,000 names."""
    return "truncated" in reply.text.lower()


def _told(verb: str, reply: Reply) -> FileTold:
    words = f"{verb}: {reply}"
    if verb == "SIZE" and reply.size is not None:
        return FileTold(Presence.THERE, reply.size, words)
    if verb == "MLST" and reply.is_done:
        facts = [one for line in reply.text.splitlines()[1:] if (one := by_facts(line)) is not None]
        if facts and facts[0].is_file:
            return FileTold(Presence.THERE, facts[0].size, words)
    elif not reply.is_bad and reply.code != "213":
        raise FtpError(reply)  # to another question
    presence = Presence.NOT_THERE if reply.speaks_of_absence else Presence.NOT_TOLD
    return FileTold(presence, None, words, _LACKING[verb])


def _listed(session: FtpSession, path: str) -> FileTold:
    """By the listing of the file alone, then by that of its folder, which alone shows that it is not there."""
    folder, name = path.rpartition("/")[0] or "/", last_part(path)
    words = ""
    for asked in (path, folder):
        try:
            seen = [one for one in folder_columns(session, asked) if one.name == name and one.is_file]
        except NotTold as error:
            words = f"LIST: {error}"
            continue
        if seen:
            return FileTold(Presence.THERE, seen[0].size, Phrase("LIST: {name} is there", name=name))
        if asked == folder:
            return FileTold(Presence.NOT_THERE, None, Phrase("LIST: {folder} has no {name}", folder=folder, name=name))
    return FileTold(Presence.NOT_TOLD, None, words)
