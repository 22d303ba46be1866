"""Who leaves a shop, by its owner's word: the register says so at once, what he may do at the shop only later."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants import errors, terms
from app.merchants.errors import office
from app.merchants.models import Merchant, MerchantPerson
from app.merchants.queries import merchants as queries
from app.merchants.terms import PersonKind


def end_own_staff(uow: UnitOfWork, merchant: Merchant, *, registration_id: UUID, reason: str) -> MerchantPerson:
    """End a registration of one's own staff. He counts as of the house for thirty days more.

    Otherwise an owner would let a cashier go for the hour in which he redeems (attack 8). Whoever must redeem there at
    once asks the desk. Refuses PersonMissing, PersonEnded, OwnerStays: owners are ended by the desk alone.
    """
    person = queries.lock_person(uow.session, merchant.id, registration_id)
    if person.kind == PersonKind.OWNER:
        raise office.OwnerStays
    if person.ended_at is not None:
        raise errors.PersonEnded
    person.ended_by, person.ended_at, person.ended_why = uow.actor.id, uow.now, reason
    person.bars_until = uow.now + terms.STAFF_BARRED
    return person
