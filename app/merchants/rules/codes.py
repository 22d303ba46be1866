"""What a resident's code and a till's order code look like, and their fingerprints.

A code is 18 digits: prefix, fifteen by chance, a check digit by Damm, which finds every digit that is read wrongly and
every two neighbours that change places (Luhn lets 09 and 90 pass for each other). It says nothing of whose it is.
"""

from hashlib import sha256

from app.merchants.terms import CODE_DIGITS, CODE_PREFIX

DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
"""H. M. Damm, Total anti-symmetrische Quasigruppen (2004), of order ten."""


def check_digit(digits: str) -> str:
    """The digit that makes `digits` whole."""
    interim = 0
    for digit in digits:
        interim = DAMM[interim][int(digit)]
    return str(interim)


def make_code(chance: str) -> str:
    """Make a code of fifteen unguessable digits."""
    digits = CODE_PREFIX + chance
    return digits + check_digit(digits)


def is_code(text: str) -> bool:
    """Say whether a text may be one of our codes."""
    right = len(text) == CODE_DIGITS and text.isascii() and text.isdecimal() and text.startswith(CODE_PREFIX)
    return right and check_digit(text[:-1]) == text[-1]


def hash_gift_code(code: str) -> bytes:
    """Fingerprint of a code to collect a gift by."""
    return sha256(f"linli-gift|{code}".encode()).digest()


def hash_code(code: str) -> bytes:
    """Fingerprint of a resident's code: what is stored and looked up."""
    return sha256(f"linli-code|{code}".encode()).digest()


def hash_order(scene: str) -> bytes:
    """Fingerprint of what a till's order code says."""
    return sha256(f"linli-order|{scene}".encode()).digest()
