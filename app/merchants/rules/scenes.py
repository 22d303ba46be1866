"""What codes say that residents scan: a shop's posted code, signed, or the order a till made, unguessable.

`s.<short>.<key version>.<mac>` and `o.<token>`, at most 32 characters of what WeChat takes for a scene.
"""

import hmac
import re

from app.kernel.scenes import ALPHABET, Keys, Signing, spell

SHOP = Signing("s", mac_length=8)
TOKEN_LENGTH = 28
ORDER_SCENE = re.compile(rf"o\.([{ALPHABET}]{{{TOKEN_LENGTH}}})")
ORDER_PURPOSE = b"linli.qr.o."


def order_scene(order_id: str, keys: Keys) -> str:
    """Make what a till's order code says: 140 bits that follow from the order and our newest key, so that a repeated
    request is answered with the same code and nobody else can make it.
    """
    return "o." + spell(hmac.digest(keys[max(keys)], ORDER_PURPOSE + order_id.encode(), "sha256"), TOKEN_LENGTH)


def is_order(scene: str) -> bool:
    """Say whether a text may be one of a till's orders."""
    return ORDER_SCENE.fullmatch(scene) is not None
