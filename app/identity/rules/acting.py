"""Acting for somebody else: who one is then, and who may let whom."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.identity.errors import (
    GuardianshipEnded,
    GuardianshipToSelf,
    NotGuardian,
    PeriodBackwards,
)
from app.identity.rules import admitting
from app.identity.rules.access import Access
from app.identity.rules.admitting import Standing
from app.kernel.actor import Actor, Role


def act_for(claimed: Access, ward: Standing | None, *, may: bool, book: str | None, now: datetime) -> Actor:
    """Make the actor of a request that the person of `claimed` sends for his ward.

    It is the ward, as a resident and person: neither the roles the ward holds nor those of the guardian come along.
    The guardian's device cools as ever. Refuses NotGuardian.
    """
    if not may or ward is None or ward.closed:
        raise NotGuardian
    as_ward = replace(claimed, person_id=ward.person_id)
    actor = admitting.admit(as_ward, replace(ward, held=()), book=book, wanted=frozenset({Role.RESIDENT}), now=now)
    return replace(actor, acted_by=claimed.person_id)


def check_guardianship(
    *, ward_id: UUID, guardian_id: UUID, granted_by: UUID, valid_from: datetime, valid_to: datetime | None
) -> None:
    """Refuse a guardianship over oneself, one that one gives oneself, and one that ends before it begins."""
    if guardian_id in {ward_id, granted_by}:
        raise GuardianshipToSelf
    if valid_to is not None and valid_to <= valid_from:
        raise PeriodBackwards


def check_ending(*, ended: bool) -> None:
    """Refuse to end what has ended."""
    if ended:
        raise GuardianshipEnded
