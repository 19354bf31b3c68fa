"""What tables are called, and when two names mean the same table."""

from __future__ import annotations

import re
import unicodedata

from gateway.core.standard_table import SUFFIX

ENDING = ".yaml"


def same_table(name: str) -> str:
    """One word for all spellings of a name: letters and digits of any width and case, without what stands between them
    and without "/BTNMT". Worked: "QCVN 40:2011", "qcvn 40-2011/btnmt" → `qcvn-40-2011`."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())
    ministry = re.findall(r"[^\W_]+", SUFFIX.casefold())
    return "-".join(words[: -len(ministry)] if words[-len(ministry) :] == ministry else words)


def file_name(standard: str) -> str:
    """`QCVN 40:2011` → `qcvn-40-2011.yaml`."""
    return same_table(standard) + ENDING


def foreign_letters(name: str) -> str:
    """Its letters of other scripts than Latin: a Cyrillic О makes a name that reads like another and is none."""
    letters = (letter for letter in unicodedata.normalize("NFKC", name) if letter.isalpha())
    return "".join(dict.fromkeys(one for one in letters if not unicodedata.name(one, "").startswith("LATIN ")))
