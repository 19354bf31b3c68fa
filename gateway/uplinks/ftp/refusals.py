"""What it means that an FTP server does not let us in, by its code and, for most say 530 to everything, by its words.

| words | means |
|---|---|
| too many, already logged in, 421 | `Crowded`, which is a `DeliveryDeferred` |
| later, maintenance, quota, a server of its own that is down | `DeliveryDeferred`, told by the server |
| encryption, TLS, clear text | `DestinationRejected`: write ftps:// |
| password expired, must be changed | `DestinationRejected`: a new password is needed |
| disabled, locked, suspended, account expired | `DestinationRejected`: the authority has to open the account |
| not from this address | `DestinationRejected`: the authority has to know the station's |
| home directory | `DestinationRejected`: the account has no folder that can be entered |
| any other 5xx | `DestinationRejected`: user or password |
"""

from __future__ import annotations

import re

from gateway.core.errors import Crowded, DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.ftp.replies import Reply
from gateway.uplinks.publish import one_line

_NO_SECRETS_IN_CLEAR = re.compile(
    r"\b(?:TLS|SSL|FTPS|clear ?text|encrypt(?:ed|ion)?)\b|AUTH (?:command )?first|use AUTH", re.IGNORECASE
)
_CROWDED = re.compile(r"too many|maximum|\blimit\b|already (?:logged|connected)", re.IGNORECASE)
_LOCKED = re.compile(r"locked|disabled|suspend|blocked|banned|deactivat", re.IGNORECASE)
"""Also where the reason is that too many tried: whoever comes again soon makes it last."""
_WRONG = re.compile(
    r"log-?in (?:incorrect|failed|authentication failed)|authentication fail|(?:invalid|incorrect|wrong|bad) "
    r"(?:user|log-?in|passw|credential)",
    re.IGNORECASE,
)
_FULL = re.compile(r"quota|no space|disk (?:is )?full|storage", re.IGNORECASE)
_LATER = re.compile(
    r"try (?:again )?later|again later|temporar|maintenance|shut(?:ting)? ?down|unavailable|not available"
    r"|internal error|(?:backend|database|LDAP|directory service|server) (?:is )?down",
    re.IGNORECASE,
)
_PASSWORD_EXPIRED = re.compile(
    r"passw(?:or)?d\b.{0,40}\b(?:expired|chang|renew|reset|aged|too old)|(?:chang|renew|reset)\w*.{0,20}\bpassw(?:or)?d"
    r"|expired\b.{0,20}\bpassw(?:or)?d|1330\b|1907\b",
    re.IGNORECASE,
)
"""The numbers are Windows' ERROR_PASSWORD_EXPIRED and ERROR_PASSWORD_MUST_CHANGE, as IIS shows them."""
_CLOSED = re.compile(
    r"disabled|locked|suspend|deactivat|inactive|blocked|banned|closed|account\b.{0,20}\bexpired|expired"
    r"|not (?:been )?activated|133[1]\b|1793\b|1909\b",
    re.IGNORECASE,
)
_NOT_FROM_HERE = re.compile(
    r"\b(?:your|this|from|source|client) (?:your )?(?:IP|host|address|location)\b|IP address|hours? of access"
    r"|not (?:allowed|permitted) from|access from",
    re.IGNORECASE,
)
_NO_HOME = re.compile(r"home|chdir|change directory|chroot|root directory", re.IGNORECASE)


def not_let_in(where: str, user: str, reply: Reply, password: str | None, asked: str) -> DeliveryError:
    """What the reply to a log-in means. `password` is kept out of the message; `None`: we have none. `asked`: the
    command that it is the reply to."""
    said = one_line(reply.text, password or "")
    if _NO_SECRETS_IN_CLEAR.search(said) and reply.is_bad and not _says_why_otherwise(said):
        return DestinationRejected(
            Phrase(
                "{where}: the server lets nobody in like this ({said}); it wants TLS, or other settings of it: "
                "write ftps:// in the destination's url, or ask the authority",
                where=where,
                said=said,
            )
        )
    is_settled = reply.is_refusal or reply.wants_more or bool(_LOCKED.search(said) or _WRONG.search(said))
    if not _LOCKED.search(said) and (_CROWDED.search(said) or (reply.code == "421" and not is_settled)):
        return Crowded(Phrase("{where}: the server is crowded ({said})", where=where, said=said))
    if not is_settled:
        return DeliveryDeferred(Phrase("{where}: no log-in now ({said})", where=where, said=said), by_server=True)
    if reply.wants_more or reply.code in ("332", "532"):
        return DestinationRejected(
            Phrase(
                "{where}: the server asks for more than user and password ({said}), which a station cannot give",
                where=where,
                said=said,
            )
        )
    if _PASSWORD_EXPIRED.search(said):
        return DestinationRejected(
            Phrase(
                "{where}: the password of user {user} has expired or must be changed ({said}); ask the authority "
                "for a new one, and put it where password: says",
                where=where,
                user=user,
                said=said,
            )
        )
    if _FULL.search(said):
        return DeliveryDeferred(
            Phrase("{where}: the account is full ({said}); ask the authority for room", where=where, said=said),
            by_server=True,
        )
    if _LATER.search(said):
        return DeliveryDeferred(Phrase("{where}: no log-in now ({said})", where=where, said=said), by_server=True)
    return DestinationRejected(
        Phrase("{where}: {whose_matter}", where=where, whose_matter=_whose_matter(user, said, password, asked))
    )


def _says_why_otherwise(said: str) -> bool:
    """Whether TLS is only mentioned beside the reason."""
    return bool(_PASSWORD_EXPIRED.search(said) or _CLOSED.search(said))


def _whose_matter(user: str, said: str, password: str | None, asked: str) -> str:
    if _CLOSED.search(said):
        return Phrase(
            "the account of user {user} is closed ({said}); ask the authority to open it", user=user, said=said
        )
    if _NOT_FROM_HERE.search(said):
        return Phrase(
            "the server does not let user {user} in from here ({said}); tell the authority the station's address",
            user=user,
            said=said,
        )
    if _NO_HOME.search(said):
        return Phrase(
            "user {user} has no folder that can be entered ({said}); ask the authority to make one",
            user=user,
            said=said,
        )
    if password is None:
        return Phrase(
            "the server refuses user {user} with our certificate alone ({said}); add password:, or ask the authority",
            user=user,
            said=said,
        )
    if asked == "USER":
        return Phrase(
            "the server refuses user {user} before it has heard a password ({said}); check the user in the url",
            user=user,
            said=said,
        )
    return Phrase(
        "the server refuses user {user} with this password ({said}); check both with the authority",
        user=user,
        said=said,
    )
