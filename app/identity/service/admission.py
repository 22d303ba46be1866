"""The door every request with a token goes through."""

from collections.abc import Callable
from dataclasses import dataclass

from app.identity import queries
from app.identity.errors import TokenInvalid
from app.identity.rules import access, admitting
from app.identity.service.demo import TokenOffice
from app.identity.service.keys import Keyring
from app.infra import metrics
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM, Actor, Role


@dataclass(frozen=True, slots=True)
class Gate:
    """Says who is calling. Development tokens are taken where the mode allows them, see TokenOffice."""

    keyring: Keyring
    office: TokenOffice

    def admit(self, token: str, book: str | None, wanted: frozenset[Role]) -> Actor:
        """Make the actor of a request from its token: for `book`, or outside all books. Refuses TokenInvalid.

        The session and what its person is are asked of the database with every request: what was revoked, frozen or
        ended a moment ago counts at once.
        """
        try:
            if self.office.issued(token):
                return self.office.authenticate(token)
            claimed = access.verify(token, self.keyring.keys)
            return run_in_transaction(_admission(claimed, book, wanted), actor=SYSTEM)
        except TokenInvalid:
            metrics.refused_tokens_total.labels("access").inc()
            raise


def _admission(claimed: access.Access, book: str | None, wanted: frozenset[Role]) -> Callable[[UnitOfWork], Actor]:
    def admit(uow: UnitOfWork) -> Actor:
        standing = queries.find_standing(uow.session, claimed.session_id, book=book, now=uow.now)
        return admitting.admit(claimed, standing, book=book, wanted=wanted, now=uow.now)

    return admit
