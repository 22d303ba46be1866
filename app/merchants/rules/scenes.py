"""What codes say that residents scan: a shop's posted code, signed, or the order a till made, unguessable.

`s.<short>.<key version>.<mac>` and `o.<token>`, at most 32 characters of what WeChat takes for a scene. The keys are
those of all posted codes; the purpose is signed too, so that no other posted code passes for a shop's.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no letter that reads like another sign
SHORT_LENGTH, MAC_LENGTH, TOKEN_LENGTH = 10, 8, 28
SHOP_SCENE = re.compile(rf"s\.([{ALPHABET}]{{{SHORT_LENGTH}}})\.([1-9][0-9]?)\.([{ALPHABET}]{{{MAC_LENGTH}}})")
ORDER_SCENE = re.compile(rf"o\.([{ALPHABET}]{{{TOKEN_LENGTH}}})")
SCENE_LENGTH_MAX = 32
PURPOSE, ORDER_PURPOSE = b"linli.qr.s.", b"linli.qr.o."
_WORDS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)

Keys = Mapping[int, bytes]


def short_of(token: str) -> str:
    """Make a shop's short name of an unguessable text."""
    return _spell(hashlib.sha256(token.encode()).digest(), SHORT_LENGTH)


def shop_scene(short: str, keys: Keys) -> str:
    """Sign a short name with the newest key, which is the one of the highest version."""
    version = max(keys)
    return f"s.{short}.{version}.{_mac(short, version, keys[version])}"


def read_shop(scene: str, keys: Keys) -> str | None:
    """Give the short name of a scene that one of our keys signed; None for any other text."""
    found = SHOP_SCENE.fullmatch(scene)
    if found is None:
        return None
    short, version, mac = found[1], int(found[2]), found[3]
    if version not in keys or not hmac.compare_digest(_mac(short, version, keys[version]), mac):
        return None
    return short


def order_scene(order_id: str, keys: Keys) -> str:
    """Make what a till's order code says: 140 bits that follow from the order and our newest key, so that a repeated
    request is answered with the same code and nobody else can make it.
    """
    return "o." + _spell(hmac.digest(keys[max(keys)], ORDER_PURPOSE + order_id.encode(), "sha256"), TOKEN_LENGTH)


def is_order(scene: str) -> bool:
    """Say whether a text may be one of a till's orders."""
    return ORDER_SCENE.fullmatch(scene) is not None


def _mac(short: str, version: int, key: bytes) -> str:
    """The version is signed as well: a scene of one key is nothing under another."""
    return _spell(hmac.digest(key, PURPOSE + f"{version}.{short}".encode(), "sha256"), MAC_LENGTH)


def _spell(digest: bytes, length: int) -> str:
    return base64.b32encode(digest).decode("ascii").translate(_WORDS)[:length]
