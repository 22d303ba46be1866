"""The door every request with a token goes through."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from app.identity import queries
from app.identity.errors import NotGuardian, TokenInvalid
from app.identity.rules import access, acting, admitting
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

    def admit(self, token: str, book: str | None, wanted: frozenset[Role], acting_for: UUID | None = None) -> Actor:
        """Make the actor of a request from its token: for `book`, or outside all books. Refuses TokenInvalid.

        With `acting_for` it is that person, who is acted for by whoever signed in. Refuses NotGuardian.

        The session and what its person is are asked of the database with every request: what was revoked, frozen or
        ended a moment ago counts at once.
        """
        try:
            if self.office.issued(token):
                if acting_for is not None:  # a demonstration's person has no guardianship
                    raise NotGuardian
                return self.office.authenticate(token)
            claimed = access.verify(token, self.keyring.keys)
            return run_in_transaction(_admission(claimed, book, wanted, acting_for), actor=SYSTEM)
        except TokenInvalid:
            metrics.refused_tokens_total.labels("access").inc()
            raise


def _admission(
    claimed: access.Access, book: str | None, wanted: frozenset[Role], acting_for: UUID | None
) -> Callable[[UnitOfWork], Actor]:
    def admit(uow: UnitOfWork) -> Actor:
        standing = queries.find_standing(uow.session, claimed.session_id, book=book, now=uow.now)
        actor = admitting.admit(claimed, standing, book=book, wanted=wanted, now=uow.now)
        if acting_for is None or standing is None:
            return actor
        acted = acting.act_for(
            claimed,
            queries.find_standing(uow.session, claimed.session_id, book=book, now=uow.now, person_id=acting_for),
            may=not standing.frozen and _is_guardian(uow, claimed.person_id, acting_for, book),
            book=book,
            now=uow.now,
        )
        return replace(acted, is_paused=acted.is_paused or standing.paused)

    return admit


def _is_guardian(uow: UnitOfWork, guardian_id: UUID, ward_id: UUID, book: str | None) -> bool:
    found = queries.find_guardianship(uow.session, guardian_id=guardian_id, ward_id=ward_id, book=book, now=uow.now)
    return found is not None
