"""Hashing of passwords: argon2id with the library's current parameters (RFC 9106, low-memory profile)."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash a password with a salt of its own."""
    return _HASHER.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Say whether this is the password. Without a stored one it takes as long, and the answer is no."""
    try:
        right = _HASHER.verify(stored or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash("nobody's")
