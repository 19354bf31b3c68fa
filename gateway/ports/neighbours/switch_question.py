"""One question to a managed switch by SNMP: cells are read, nothing is ever set. The only user of gufo.snmp, which is
loaded when the first switch is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.config.ports.snmp import AuthMethod, PrivacyMethod, SnmpAccess
from gateway.core.errors import DestinationRejected
from gateway.runtime.lookup import Lookup

if TYPE_CHECKING:
    from gufo.snmp import User
    from gufo.snmp.sync import SnmpSession

LOOKUP_WITHIN_S = 2.0
ANSWER_WITHIN_S = 2.0
TRIES = 2
"""UDP loses a packet now and then."""
CELLS_TOGETHER = 20
"""Fit into one packet of every network; small switches cut longer answers off."""
_SILENT = "does not answer by SNMP (a wrong community or user may be why)"


@dataclass(frozen=True, slots=True)
class SwitchNotTold(Exception):  # noqa: N818  # nothing is wrong with us
    """The switch said nothing that can be used; `words` say why, and no secret."""

    words: str

    def __str__(self) -> str:
        return self.words


class SwitchQuestions:
    """Asks one switch at a time; `give_up`, from another thread, ends the present question before its next packet."""

    def __init__(self, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._answer_within_s = answer_within_s
        self._is_given_up = False
        self._lookup: Lookup | None = None

    def give_up(self) -> None:
        self._is_given_up = True
        if self._lookup is not None:
            self._lookup.give_up()

    def read(self, access: SnmpAccess, cells: Sequence[str]) -> Mapping[str, object]:
        """The cells that the switch has, by number.

        Raises:
            SwitchNotTold: it did not answer, or not to us.
        """
        address = self._address(access)
        failure = SwitchNotTold(_SILENT)
        for _ in range(TRIES):
            if self._is_given_up:
                raise SwitchNotTold("interrupted")
            try:
                return self._read(access, address, cells)
            except TimeoutError:
                continue
            except OSError as error:
                failure = SwitchNotTold(f"cannot be asked: {error.strerror or error}")
        raise failure

    def _address(self, access: SnmpAccess) -> str:
        self._lookup = Lookup(access.host, access.port)
        try:
            return str(self._lookup.addresses(LOOKUP_WITHIN_S)[0][4][0])
        except (OSError, IndexError) as error:
            raise SwitchNotTold(f"its name cannot be looked up: {error}") from None
        finally:
            self._lookup = None

    def _read(self, access: SnmpAccess, address: str, cells: Sequence[str]) -> Mapping[str, object]:
        try:
            from gufo.snmp import SnmpError
        except ImportError:
            raise SwitchNotTold("what SNMP needs is not installed: pip install 'station-gateway[snmp]'") from None
        found: dict[str, object] = {}
        try:
            with self._session(access, address) as session:
                for begin in range(0, len(cells), CELLS_TOGETHER):
                    found |= session.get_many(cells[begin : begin + CELLS_TOGETHER])
        except DestinationRejected as error:  # the secret is not there
            raise SwitchNotTold(str(error)) from None
        except SnmpError as error:
            raise SwitchNotTold(_words(error)) from None
        except (ValueError, RuntimeError):
            raise SwitchNotTold("answers something that is no SNMP") from None
        return found

    def _session(self, access: SnmpAccess, address: str) -> SnmpSession:
        from gufo.snmp.sync import SnmpSession

        if access.community is not None:
            return SnmpSession(address, access.port, community=access.community.reveal(), timeout=self._answer_within_s)
        return SnmpSession(address, access.port, user=_user(access), timeout=self._answer_within_s)


def _user(access: SnmpAccess) -> User:
    from gufo import snmp

    proofs = {
        AuthMethod.MD5: snmp.Md5Key,
        AuthMethod.SHA1: snmp.Sha1Key,
        AuthMethod.SHA224: snmp.Sha224Key,
        AuthMethod.SHA256: snmp.Sha256Key,
        AuthMethod.SHA384: snmp.Sha384Key,
        AuthMethod.SHA512: snmp.Sha512Key,
    }
    hidings = {
        PrivacyMethod.DES: snmp.DesKey,
        PrivacyMethod.AES128: snmp.Aes128Key,
        PrivacyMethod.AES192: snmp.Aes192Key,
        PrivacyMethod.AES256: snmp.Aes256Key,
    }
    return snmp.User(
        access.user or "",
        auth_key=None if access.auth is None else proofs[access.auth_method](access.auth.reveal().encode()),
        priv_key=None if access.privacy is None else hidings[access.privacy_method](access.privacy.reveal().encode()),
    )


def _words(error: Exception) -> str:
    """What the library says of it, without anything that the switch, or we, have written."""
    from gufo.snmp import SnmpAuthError, SnmpDecodeError

    if isinstance(error, SnmpAuthError):
        return "does not know the user, or not the password"
    if isinstance(error, SnmpDecodeError):
        return "answers something that is no SNMP"
    return "refuses the question"
