"""The program that asks a switch, in a process of its own for each question: `python -m` this module, the question as
JSON on stdin, the answer as JSON on stdout. The only user of gufo.snmp.

The library's decoder panics at answers that are cut or forged (one of twenty in a trial with spoilt packets), which no
`except` of the daemon's would hold, and tells so on stderr. Here that ends the child alone. Nothing of the house is
imported: it starts in a tenth of a second, and what it takes is given back.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gufo.snmp import User

CELLS_TOGETHER = 20
"""Fit into one packet of every network; small switches cut longer answers off."""
TRIES = 2
"""UDP loses a packet now and then."""
_PROOFS = {"md5": "Md5Key", "sha1": "Sha1Key"} | {f"sha{n}": f"Sha{n}Key" for n in (224, 256, 384, 512)}
_HIDINGS = {"des": "DesKey", "aes128": "Aes128Key", "aes192": "Aes192Key", "aes256": "Aes256Key"}


def main() -> int:
    """Answers with `values` (cell → number, or text as hexadecimal digits in a list), or with `words` that say why
    there are none: this program's own, never the switch's, never a secret."""
    question = json.load(sys.stdin)
    try:
        found = _read(question)
    except ImportError:
        answer: dict[str, Any] = {"words": Phrase("cannot be asked: pip install 'station-gateway[snmp]'")}
    else:
        answer = {"words": found} if isinstance(found, str) else {"values": _shown(found)}
    json.dump(answer, sys.stdout)
    return 0


def _read(question: Mapping[str, Any]) -> Mapping[str, object] | str:
    """The cells that the switch has, or why there are none."""
    from gufo.snmp import SnmpAuthError, SnmpDecodeError, SnmpError
    from gufo.snmp.sync import SnmpSession

    cells: Sequence[str] = question["cells"]
    found: dict[str, object] = {}
    for attempt in range(TRIES):
        try:
            with SnmpSession(
                question["address"],
                question["port"],
                community=question.get("community", ""),
                user=_user(question) if "user" in question else None,
                timeout=question["answer_within_s"],
            ) as session:
                for begin in range(0, len(cells), CELLS_TOGETHER):
                    found |= session.get_many(cells[begin : begin + CELLS_TOGETHER])
        except TimeoutError:
            if attempt == TRIES - 1:
                return Phrase("does not answer by SNMP (another community or user may be why)")
        except SnmpAuthError:
            return Phrase("does not know the user, or not by this password")
        except (SnmpDecodeError, ValueError, RuntimeError):
            return Phrase("answers something that is no SNMP")
        except SnmpError:
            return Phrase("refuses the question")
        except OSError as error:
            return Phrase("cannot be asked: {strerror}", strerror=error.strerror or "the network refuses")
        else:
            break
    return found


def _user(question: Mapping[str, Any]) -> User:
    """Proof and privacy by their passwords, as far as there are any."""
    from gufo import snmp

    proof, hiding = question.get("auth"), question.get("privacy")
    return snmp.User(
        question["user"],
        auth_key=None if proof is None else getattr(snmp, _PROOFS[question["auth_method"]])(proof.encode()),
        priv_key=None if hiding is None else getattr(snmp, _HIDINGS[question["privacy_method"]])(hiding.encode()),
    )


def _shown(found: Mapping[str, object]) -> dict[str, int | list[str]]:
    return {
        cell: value if isinstance(value, int) else [value.hex()]
        for cell, value in found.items()
        if isinstance(value, int | bytes)
    }


if __name__ == "__main__":
    sys.exit(main())
