"""Passwords, tries and second factors of staff: what is good enough, how long a lock lasts, which step a code is of."""

import hashlib
from datetime import datetime, timedelta

import pyotp

from app.identity import terms
from app.identity.errors import PasswordWeak

DIFFERENT_MIN = 5
STEPS_BESIDE = 1
"""A code of the step before or after is taken as well: the clocks of telephones differ."""


def check_password(password: str, username: str) -> None:
    """Refuse PasswordWeak for what is too short, too long, too uniform, or holds the name. NIST SP 800-63B, 3.1.1.2."""
    long_enough = terms.PASSWORD_LENGTH_MIN <= len(password) <= terms.PASSWORD_LENGTH_MAX
    if not long_enough or len(set(password)) < DIFFERENT_MIN or username.lower() in password.lower():
        raise PasswordWeak(length_min=terms.PASSWORD_LENGTH_MIN, length_max=terms.PASSWORD_LENGTH_MAX)


def lock_for(failures: int) -> timedelta | None:
    """Say how long a name is locked after so many failures in a row; None: not yet."""
    beyond = failures - terms.TRIES_FREE
    if beyond < 0:
        return None
    doubled: timedelta = terms.LOCK_FIRST * 2 ** min(beyond, 20)
    return min(doubled, terms.LOCK_MAX)


def step_of(secret: str, code: str, *, now: datetime, after: int) -> int | None:
    """Give the step whose one-time code this is, among those about `now` and later than `after`; None: none of them."""
    totp = pyotp.TOTP(secret, interval=terms.TOTP_STEP_SECONDS)
    current = int(now.timestamp()) // terms.TOTP_STEP_SECONDS
    found = None
    for step in range(current - STEPS_BESIDE, current + STEPS_BESIDE + 1):
        # every step is compared, and in constant time
        if pyotp.utils.strings_equal(code, totp.generate_otp(step)) and step > after:
            found = step
    return found


def enrolment_uri(secret: str, username: str) -> str:
    """Give the address an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="邻里积分")


def hash_secret(text: str) -> bytes:
    """Hash a token or recovery code of ours: it is random, so a fast hash is enough."""
    return hashlib.sha256(text.encode()).digest()
