"""What a posted code says: whose it is, signed so that nobody can make one up.

A scene is `<letter>.<short>.<key version>.<mac>`, at most 32 of a-z, 0-9 and dots: what WeChat takes. The letter is
signed too, so that a code of one kind never passes for one of another; the keys are the same for all.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no letter that reads like another sign
SHORT_LENGTH = 10  # 50 bits
SCENE_LENGTH_MAX = 32
_WORDS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)

Keys = Mapping[int, bytes]
"""By version, of which the highest is the newest."""


@dataclass(frozen=True, slots=True)
class Signing:
    """One kind of posted codes: its letter, and how many signs of its mac are printed, of five bits each."""

    letter: str
    mac_length: int

    def make(self, short: str, keys: Keys) -> str:
        """Sign a short name with the newest key."""
        version = max(keys)
        return f"{self.letter}.{short}.{version}.{self._mac(short, version, keys[version])}"

    def read(self, scene: str, keys: Keys) -> str | None:
        """Give the short name of a scene of this kind that one of our keys signed; None for any other text."""
        pattern = (
            rf"{self.letter}\.([{ALPHABET}]{{{SHORT_LENGTH}}})\.([1-9][0-9]?)\.([{ALPHABET}]{{{self.mac_length}}})"
        )
        found = re.fullmatch(pattern, scene)
        if found is None:
            return None
        short, version, mac = found[1], int(found[2]), found[3]
        if version not in keys or not hmac.compare_digest(self._mac(short, version, keys[version]), mac):
            return None
        return short

    def _mac(self, short: str, version: int, key: bytes) -> str:
        """The version is signed as well: a scene of one key is nothing under another."""
        return spell(hmac.digest(key, f"linli.qr.{self.letter}.{version}.{short}".encode(), "sha256"), self.mac_length)


def short_of(token: str) -> str:
    """Make a short name of an unguessable text."""
    return spell(hashlib.sha256(token.encode()).digest(), SHORT_LENGTH)


def spell(digest: bytes, length: int) -> str:
    """Write the first bits of a digest in ALPHABET, five to a sign."""
    return base64.b32encode(digest).decode("ascii").translate(_WORDS)[:length]
