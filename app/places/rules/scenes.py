"""What a posted code says: which point it is, signed so that nobody can make one up.

A scene is `p.<short>.<key version>.<mac>`, at most 28 characters of a-z, 0-9 and dots: WeChat takes 32 of a few signs.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no letter that reads like another sign
SHORT_LENGTH = 10  # 50 bits
MAC_LENGTH = 12  # 60 bits
SCENE = re.compile(rf"p\.([{ALPHABET}]{{{SHORT_LENGTH}}})\.([1-9][0-9]?)\.([{ALPHABET}]{{{MAC_LENGTH}}})")
SCENE_LENGTH_MAX = 32
PURPOSE = b"linli.qr.p."
_WORDS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)

Keys = Mapping[int, bytes]


def short_of(token: str) -> str:
    """Make a short code of an unguessable text of at least SHORT_LENGTH characters."""
    return _spell(hashlib.sha256(token.encode()).digest(), SHORT_LENGTH)


def make_scene(short: str, keys: Keys) -> str:
    """Sign a short code with the newest key, which is the one of the highest version."""
    version = max(keys)
    return f"p.{short}.{version}.{_mac(short, version, keys[version])}"


def read_scene(scene: str, keys: Keys) -> str | None:
    """Give the short code of a scene that one of our keys signed; None for any other text."""
    found = SCENE.fullmatch(scene)
    if found is None:
        return None
    short, version, mac = found[1], int(found[2]), found[3]
    if version not in keys or not hmac.compare_digest(_mac(short, version, keys[version]), mac):
        return None
    return short


def _mac(short: str, version: int, key: bytes) -> str:
    """The version is signed as well: a scene of one key is nothing under another."""
    return _spell(hmac.digest(key, PURPOSE + f"{version}.{short}".encode(), "sha256"), MAC_LENGTH)


def _spell(digest: bytes, length: int) -> str:
    return base64.b32encode(digest).decode("ascii").translate(_WORDS)[:length]
