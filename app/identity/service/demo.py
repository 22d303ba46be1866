"""Issuing and verifying tokens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import jwt

from app.identity import terms
from app.identity.errors import TokenInvalid
from app.identity.rules import demo as rules
from app.infra.config import Config
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role

REQUIRED = ["exp", "iat", "jti", "aud", "iss", "sub"]


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A signed token, whose it is, and until when it is good."""

    token: str
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenOffice:
    """Signs and verifies the tokens of one installation. Outside demo and test mode it has no key at all."""

    keys: dict[str, str]

    @classmethod
    def for_config(cls, config: Config) -> "TokenOffice":
        """Open the office with the keys the mode allows."""
        return cls(keys={terms.DEV_KEY_ID: config.token_keys[0][1]} if config.takes_demo_liberties else {})

    def sign(self, actor: Actor, *, token_id: UUID, now: datetime) -> str:
        """Sign a development token for `actor`, good from `now`."""
        claims = rules.claims_of(actor, token_id=token_id, now=now)
        return jwt.encode(
            claims, self.keys[terms.DEV_KEY_ID], algorithm=terms.ALGORITHM, headers={"kid": terms.DEV_KEY_ID}
        )

    def issued(self, token: str) -> bool:
        """Say whether a token names our key. Good it is not for that: see `authenticate`."""
        try:
            return bool(self.keys) and jwt.get_unverified_header(token)["kid"] in self.keys
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            return False

    def authenticate(self, token: str) -> Actor:
        """Verify a token and give its actor. Refuses TokenInvalid, without saying why."""
        if len(token) > terms.TOKEN_LENGTH_MAX:
            raise TokenInvalid
        try:
            key = self.keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token,
                key,
                algorithms=[terms.ALGORITHM],
                audience=terms.DEV_AUDIENCE,
                issuer=terms.ISSUER,
                leeway=terms.LEEWAY,
                options={"require": REQUIRED},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            raise TokenInvalid from None
        return rules.actor_of(claims)


def issue_dev_token(
    uow: UnitOfWork,
    office: TokenOffice,
    *,
    role: Role,
    name: str,
    book: str | None,
    person_id: UUID | None,
    shop_id: UUID | None,
) -> IssuedToken:
    """Sign in as anybody, for demonstration. Without `person_id` the same name in the same book is the same person."""
    actor = Actor(
        id=person_id or rules.person_id(book=book, name=name),
        roles=frozenset({role}),
        book=book,
        shop_id=shop_id,
        name=name,
    )
    token = office.sign(actor, token_id=uow.new_id(), now=uow.now)
    return IssuedToken(token=token, actor=actor, expires_at=uow.now + terms.LIFETIME)
