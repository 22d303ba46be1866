"""Access tokens: what they say, and what is read back from one. RFC 8725: algorithm, audience and issuer are fixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt

from app.identity import terms
from app.identity.errors import TokenInvalid
from app.identity.terms import Channel

REQUIRED = ["exp", "iat", "jti", "aud", "iss", "sub", "sid"]
CHANNELS = {audience: channel for channel, audience in terms.AUDIENCES.items()}


@dataclass(frozen=True, slots=True)
class Access:
    """What a good access token says: whose it is, and the session it belongs to."""

    person_id: UUID
    session_id: UUID
    channel: Channel


def sign(access: Access, *, token_id: UUID, now: datetime, key_name: str, key: str) -> str:
    """Sign a token for ACCESS_LIFE from `now`. Times are whole seconds."""
    claims = {
        "iss": terms.ISSUER,
        "aud": terms.AUDIENCES[access.channel],
        "sub": str(access.person_id),
        "sid": str(access.session_id),
        "jti": str(token_id),
        "iat": int(now.timestamp()),
        "exp": int((now + terms.ACCESS_LIFE).timestamp()),
    }
    return jwt.encode(claims, key, algorithm=terms.ALGORITHM, headers={"kid": key_name})


def verify(token: str, keys: Mapping[str, str]) -> Access:
    """Verify a token signed with one of the named keys. Refuses TokenInvalid, whatever is wrong with it.

    Audience, algorithm and key are chosen here, never by the token. One token has one spelling: PyJWT takes a
    signature with padding, which would be a second text for the same token.
    """
    if len(token) > terms.TOKEN_LENGTH_MAX or not token.isascii() or "=" in token:
        raise TokenInvalid
    try:
        claims = jwt.decode(
            token,
            keys[jwt.get_unverified_header(token)["kid"]],
            algorithms=[terms.ALGORITHM],
            audience=list(CHANNELS),
            issuer=terms.ISSUER,
            leeway=terms.LEEWAY,
            options={"require": REQUIRED, "enforce_minimum_key_length": True},
        )
        return _read(claims)
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError):
        raise TokenInvalid from None


def _read(claims: Mapping[str, Any]) -> Access:
    return Access(UUID(claims["sub"]), UUID(claims["sid"]), CHANNELS[claims["aud"]])
